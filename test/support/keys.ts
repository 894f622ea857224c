/** Primary access key of the tests; long enough for production, published nowhere. */
export const ACCESS_KEY = 'test-primary-key-0123456789-abcdefghijklmnopqrstuvwxyz';

/** Secondary access key of the tests. */
export const SECONDARY_ACCESS_KEY = 'test-secondary-key-9876543210-zyxwvutsrqponmlkjihgfedcba';

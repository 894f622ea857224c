/** Milliseconds since the epoch; replaced in tests. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

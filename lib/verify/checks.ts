import type { Check } from './check.interface.js';
import { AUTHENTICATION_CHECKS } from './checks/authentication.checks.js';
import { BEYOND_CHECKS } from './checks/beyond.checks.js';
import { BULK_CHECKS } from './checks/bulk.checks.js';
import { CLIENT_CHECKS } from './checks/client.checks.js';
import { CLOSING_CHECKS } from './checks/closing.checks.js';
import { EXISTENCE_CHECKS } from './checks/existence.checks.js';
import { FILTER_CHECKS } from './checks/filter.checks.js';
import { HEALTH_CHECKS } from './checks/health.checks.js';
import { LISTING_CHECKS } from './checks/listing.checks.js';
import { MEMBERSHIP_CHECKS } from './checks/membership.checks.js';
import { PAYLOAD_CHECKS } from './checks/payload.checks.js';
import { PERMISSION_CHECKS } from './checks/permission.checks.js';
import { RELIABLE_CHECKS } from './checks/reliable.checks.js';
import { ROLE_CHECKS } from './checks/role.checks.js';
import { SEND_CHECKS } from './checks/send.checks.js';
import { TOKEN_CHECKS } from './checks/token.checks.js';

/** Every check there is, in the order in which they run. */
export const CHECKS: readonly Check[] = [
  ...HEALTH_CHECKS,
  ...AUTHENTICATION_CHECKS,
  ...SEND_CHECKS,
  ...PAYLOAD_CHECKS,
  ...FILTER_CHECKS,
  ...EXISTENCE_CHECKS,
  ...MEMBERSHIP_CHECKS,
  ...BULK_CHECKS,
  ...PERMISSION_CHECKS,
  ...CLOSING_CHECKS,
  ...LISTING_CHECKS,
  ...TOKEN_CHECKS,
  ...CLIENT_CHECKS,
  ...ROLE_CHECKS,
  ...RELIABLE_CHECKS,
  ...BEYOND_CHECKS,
];

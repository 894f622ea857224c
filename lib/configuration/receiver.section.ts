import type { WebPubSubReceiverOptions } from './events.options.js';
import type { OptionReader } from './option.reader.js';

/** The receiver of webhooks, with every default filled in. */
export interface ReceiverConfiguration {
  readonly path: string;
  /** `undefined` = those of the module. */
  readonly accessKeys: readonly string[] | undefined;
  readonly verifySignature: boolean;
  readonly allowedEndpoints: readonly string[];
  readonly authenticate: WebPubSubReceiverOptions['authenticate'];
  readonly maxBodyBytes: number;
  readonly timeoutMs: number;
  readonly deduplicationWindowMs: number;
}

const SETTINGS = [
  'path',
  'accessKeys',
  'verifySignature',
  'allowedEndpoints',
  'authenticate',
  'maxBodyBytes',
  'timeoutSeconds',
  'deduplicationWindowSeconds',
] as const;

/** Where the official middleware listens. */
const DEFAULT_PATH = '/api/webpubsub/hubs/{hub}/';

/**
 * Reads the option `receiver`.
 *
 * @returns `undefined` when no webhooks are received
 */
export function readReceiver(
  options: OptionReader,
  module: { readonly hasKey: boolean },
): ReceiverConfiguration | undefined {
  const value = options.value('receiver');
  if (value === undefined || value === false) return undefined;
  const read = value === true ? options.section('receiver', {}) : options.section('receiver');
  read.refuseUnknown('', SETTINGS);
  const accessKeys = read.value('accessKeys') === undefined ? undefined : read.texts('accessKeys');
  const verifySignature = read.boolean('verifySignature', true);
  if (verifySignature && !(accessKeys ? accessKeys.length > 0 : module.hasKey)) {
    read.report({
      path: 'accessKeys',
      got: 'no key',
      expected: 'at least one access key of the service that sends the events',
      fix: 'Set the option connectionString or accessKey. Only verifySignature: false goes without.',
    });
  }
  return {
    path: readPath(read),
    accessKeys,
    verifySignature,
    allowedEndpoints: readEndpoints(read),
    authenticate: read.callback('authenticate') as ReceiverConfiguration['authenticate'],
    maxBodyBytes: read.count('maxBodyBytes', 16 * 1024 * 1024),
    timeoutMs: read.milliseconds('timeoutSeconds', 30, 0.05, 3600),
    deduplicationWindowMs: read.milliseconds('deduplicationWindowSeconds', 120, 0, 3600),
  };
}

function readPath(read: OptionReader): string {
  const path = read.text('path') ?? DEFAULT_PATH;
  if (path.startsWith('/') && !/[?#]/.test(path)) return path;
  read.report({
    path: 'path',
    got: read.show(path),
    expected: 'a path that starts with a slash, without a query',
    fix: `Leave it out for ${DEFAULT_PATH}`,
  });
  return DEFAULT_PATH;
}

function readEndpoints(read: OptionReader): readonly string[] {
  return read.texts('allowedEndpoints').filter((endpoint) => {
    if (/^https?:\/\//i.test(endpoint) && URL.canParse(endpoint)) return true;
    read.report({
      path: 'allowedEndpoints',
      got: read.show(endpoint),
      expected: 'absolute http or https URLs',
      fix: 'For example https://demo.webpubsub.azure.com',
    });
    return false;
  });
}

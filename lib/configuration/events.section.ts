import type { OptionReader } from './option.reader.js';
import type { WebPubSubEventsOptions } from './events.options.js';

/** How events are brought to handlers, with every default filled in. */
export interface EventsConfiguration {
  readonly timeoutMs: number;
  readonly retryDelaysMs: readonly number[];
  readonly validationTimeoutMs: number;
  readonly userEventFailure: 'ack' | 'close';
  /** Empty = the address of the service. */
  readonly origins: readonly string[];
  readonly allowLoopback: boolean;
  readonly allowPrivateAddresses: boolean;
  readonly allowedHosts: readonly string[] | undefined;
  readonly getToken: WebPubSubEventsOptions['getToken'];
  readonly resolveSecret: WebPubSubEventsOptions['resolveSecret'];
}

const RETRY_DELAYS_SECONDS = [1, 3, 5];

/** Reads the option `events`. */
export function readEvents(
  options: OptionReader,
  { isProduction }: { readonly isProduction: boolean },
): EventsConfiguration {
  const read = options.section('events');
  read.refuseUnknown('', [
    'timeoutSeconds',
    'retryDelaysSeconds',
    'validationTimeoutSeconds',
    'userEventFailure',
    'origins',
    'allowLoopback',
    'allowPrivateAddresses',
    'allowedHosts',
    'getToken',
    'resolveSecret',
  ]);
  return {
    timeoutMs: read.milliseconds('timeoutSeconds', 100, 0.05, 3600),
    retryDelaysMs: readDelays(read),
    validationTimeoutMs: read.milliseconds('validationTimeoutSeconds', 10, 0.05, 300),
    userEventFailure: read.oneOf('userEventFailure', ['ack', 'close'], 'ack'),
    origins: read.texts('origins'),
    allowLoopback: read.boolean('allowLoopback', !isProduction),
    allowPrivateAddresses: read.boolean('allowPrivateAddresses', false),
    allowedHosts: read.value('allowedHosts') === undefined ? undefined : read.texts('allowedHosts'),
    getToken: read.callback('getToken') as EventsConfiguration['getToken'],
    resolveSecret: read.callback('resolveSecret') as EventsConfiguration['resolveSecret'],
  };
}

function readDelays(read: OptionReader): readonly number[] {
  const path = 'retryDelaysSeconds';
  if (read.value(path) === undefined) return RETRY_DELAYS_SECONDS.map((delay) => delay * 1000);
  return read.items(path).flatMap(([itemPath, item]) => {
    if (typeof item === 'number' && item >= 0 && item <= 3600) return [item * 1000];
    read.report({
      path: itemPath,
      got: read.show(item),
      expected: 'a number of seconds from 0 to 3600',
      fix: 'Leave the option out for [1, 3, 5], or write [] for no second attempt.',
    });
    return [];
  });
}

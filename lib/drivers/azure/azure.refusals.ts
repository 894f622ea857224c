import type { Payload } from '../../engine/payload.js';
import type { Metadata } from '../../engine/message.js';
import { WebPubSubError } from '../../errors/web-pubsub.error.js';
import type { SendOptions } from '../hub-driver.interface.js';

/** The service in Azure, or the way to it, lacks what is asked; doing something else would be worse. */
export function notSupported(message: string, target: string): WebPubSubError {
  return new WebPubSubError(message, { code: 'NotSupportedByAzure', statusCode: 501, target });
}

/**
 * Refuses a name that would arrive as another one. The service does not decode a slash (rest.md
 * 1.2), and `.` and `..` vanish from a path: a message to the user `..` would go to everybody.
 *
 * @returns the name
 */
export function pathName(name: string, target: 'group' | 'userId' | 'connectionId'): string {
  if (name !== '.' && name !== '..' && !name.includes('/')) return name;
  throw notSupported(
    `The name '${name}' cannot be part of a URL of the service: ` +
      `it must not be '.' or '..' or contain a slash.`,
    target,
  );
}

/** What `rememberUserInGroup` ends with. */
export function noRememberedGroups(): WebPubSubError {
  return notSupported(
    'The service remembers no groups of users since api-version 2021-05-01. Leave out `remember`, ' +
      'and put the groups into the tokens of the user.',
    'remember',
  );
}

/** What `explainFilter` ends with. */
export function noExplanation(): WebPubSubError {
  return notSupported('The service does not tell how many connections match a filter.', 'filter');
}

/** What `getSlowConsumerCounts` ends with. */
export function noSlowConsumers(): WebPubSubError {
  return notSupported(
    'The service counts clients that do not read in its own metrics.',
    'getSlowConsumerCounts',
  );
}

/** Refuses the group permissions that only api-version 2020-10-01 had. */
export function permissionGroup(group: string | undefined): string {
  if (group !== undefined) return group;
  throw notSupported(
    'The service takes permissions for one group only, and no longer for all groups. ' +
      'Name the group in targetName, or give the client a role.',
    'targetName',
  );
}

/** Refuses the kind of message that the REST API has no content type for. */
export function contentTypeOf({ dataType }: Payload): string {
  switch (dataType) {
    case 'text':
      return 'text/plain';
    case 'json':
      return 'application/json';
    case 'binary':
      return 'application/octet-stream';
    case 'protobuf':
      throw notSupported(
        'The REST API takes text, JSON and binary messages, but none of protobuf.',
        'message',
      );
  }
}

/** Refuses metadata that would arrive as something else (rest.md 6.5). */
export function checkMetadata(metadata: Metadata): void {
  const names = new Set<string>();
  for (const [key, value] of metadata) {
    const name = key.toLowerCase();
    if (names.has(name)) {
      throw notSupported(
        `Metadata keys are compared without regard to case: there are two '${name}'.`,
        'metadata',
      );
    }
    names.add(name);
    if (value.includes(',') || value !== value.trim()) {
      throw notSupported(
        `The metadata value of '${key}' has a comma, or a space at an end, which the service ` +
          'cuts off. Encode it, for example with encodeURIComponent().',
        'metadata',
      );
    }
  }
}

/** Refuses options that the service ignores on sends to a user or a connection. */
export function refuseOptions(
  options: SendOptions,
  names: readonly ('excluded' | 'filter')[],
  operation: string,
): void {
  for (const name of names) {
    if (options[name] === undefined || options[name].length === 0) continue;
    throw notSupported(`The service takes no ${name} for ${operation}.`, name);
  }
}

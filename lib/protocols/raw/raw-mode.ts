import { isGroupName } from '../../engine/names.js';

/** What the frames of a raw client mean (client-protocols.md 4.2). */
export type RawMode =
  | { readonly mode: 'sendEvent' }
  | { readonly mode: 'sendToGroup'; readonly group: string; readonly noEcho: boolean };

export type RawModeVerdict =
  { readonly ok: true; readonly mode: RawMode } | { readonly ok: false; readonly message: string };

/**
 * Reads the mode from the query of a client URL, checks 7 to 9 of client-protocols.md 1.4.
 *
 * @param query with lower-case names
 */
export function parseRawMode(query: URLSearchParams): RawModeVerdict {
  switch (last(query, 'webpubsub_mode').toLowerCase()) {
    case '':
    case 'sendevent':
      return { ok: true, mode: { mode: 'sendEvent' } };
    case 'sendtogroup':
      return parseSendToGroup(query);
    default:
      return {
        ok: false,
        message: 'Invalid webpubsub_mode. Valid modes are sendToGroup and sendEvent.',
      };
  }
}

function parseSendToGroup(query: URLSearchParams): RawModeVerdict {
  const group = last(query, 'group');
  if (!isGroupName(group)) {
    return { ok: false, message: 'The raw sendToGroup group name is invalid.' };
  }
  const noEcho = query.has('noecho') ? last(query, 'noecho').toLowerCase() : 'false';
  if (noEcho !== 'true' && noEcho !== 'false') {
    return { ok: false, message: 'Invalid noEcho. Valid values are true and false.' };
  }
  return { ok: true, mode: { mode: 'sendToGroup', group, noEcho: noEcho === 'true' } };
}

/** Of a repeated parameter the last value counts. */
function last(query: URLSearchParams, name: string): string {
  return query.getAll(name).at(-1) ?? '';
}

import { parseRawMode } from '../../../../lib/protocols/raw/raw-mode.js';

const SEND_EVENT = { mode: 'sendEvent' };
const INVALID_MODE = 'Invalid webpubsub_mode. Valid modes are sendToGroup and sendEvent.';
const INVALID_GROUP = 'The raw sendToGroup group name is invalid.';
const INVALID_NO_ECHO = 'Invalid noEcho. Valid values are true and false.';

function sendToGroup(group: string, noEcho = false): object {
  return { mode: 'sendToGroup', group, noEcho };
}

/** A query of the mode `sendToGroup`. */
function toGroup(rest: string): string {
  return `webpubsub_mode=sendToGroup&${rest}`;
}

describe('parseRawMode (client-protocols.md 1.4, 4.2)', () => {
  it.each([
    { id: '4.2', query: '', mode: SEND_EVENT },
    { id: 'U32', query: 'webpubsub_mode=', mode: SEND_EVENT },
    { id: '4.2', query: 'webpubsub_mode=SendEvent', mode: SEND_EVENT },
    { id: '4.2', query: 'webpubsub_mode=sendEvent&group=&noecho=1', mode: SEND_EVENT },
    { id: 'W10', query: toGroup('group=room'), mode: sendToGroup('room') },
    { id: 'W11', query: toGroup('group=room&noecho=true'), mode: sendToGroup('room', true) },
    {
      id: 'W12',
      query: 'webpubsub_mode=SENDTOGROUP&group=room&noecho=TRUE',
      mode: sendToGroup('room', true),
    },
    { id: '4.2', query: toGroup('group=room&noecho=False'), mode: sendToGroup('room') },
    { id: 'W16', query: 'webpubsub_mode=foo&webpubsub_mode=sendEvent', mode: SEND_EVENT },
    { id: '4.2', query: toGroup('group=a&group=b'), mode: sendToGroup('b') },
    {
      id: '4.2',
      query: toGroup('group=a&noecho=1&noecho=true'),
      mode: sendToGroup('a', true),
    },
    { id: 'U35', query: toGroup('group=%20Room%20'), mode: sendToGroup(' Room ') },
  ])('$id reads $query', ({ query, mode }) => {
    expect(parseRawMode(new URLSearchParams(query))).toEqual({ ok: true, mode });
  });

  it.each([
    { id: 'W13', query: 'webpubsub_mode=foo', message: INVALID_MODE },
    { id: '4.2', query: 'webpubsub_mode=sendEvent&webpubsub_mode=foo', message: INVALID_MODE },
    { id: '4.2', query: 'webpubsub_mode=%20sendEvent', message: INVALID_MODE },
    { id: 'W14', query: 'webpubsub_mode=sendToGroup', message: INVALID_GROUP },
    { id: 'W14', query: toGroup('group=%20%09'), message: INVALID_GROUP },
    { id: 'W14', query: toGroup(`group=${'g'.repeat(1025)}`), message: INVALID_GROUP },
    { id: '1.4', query: toGroup('group=&noecho=1'), message: INVALID_GROUP },
    { id: 'W15', query: toGroup('group=room&noecho=1'), message: INVALID_NO_ECHO },
    { id: 'W15', query: toGroup('group=room&noecho='), message: INVALID_NO_ECHO },
    { id: 'W15', query: toGroup('group=room&noecho=true&noecho=x'), message: INVALID_NO_ECHO },
  ])('$id refuses $query', ({ query, message }) => {
    expect(parseRawMode(new URLSearchParams(query))).toEqual({ ok: false, message });
  });
});

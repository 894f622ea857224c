import { Message } from '../../../../lib/engine/message.js';
import {
  binaryPayload,
  jsonPayload,
  textPayload,
  type Payload,
} from '../../../../lib/engine/payload.js';
import type { AckError } from '../../../../lib/engine/ports/frame-encoder.interface.js';
import { rawEncoder, RawProtocol } from '../../../../lib/protocols/raw/raw.protocol.js';
import { binaryFrame, textFrame } from '../../../../lib/protocols/websocket-frame.js';

const ANY = Buffer.from(
  'Ci90eXBlLmdvb2dsZWFwaXMuY29tL2F6dXJlLndlYnB1YnN1Yi5UZXN0TWVzc2FnZRICCAE=',
  'base64',
);
const TEXT = { payload: textPayload('yo') };
const BINARY = { payload: binaryPayload(Buffer.from([0xff])) };

function message(payload: Payload): Message {
  return new Message({
    origin: { from: 'group', group: 'room', fromUserId: 'ann' },
    payload,
    metadata: new Map([['k', 'v']]),
  });
}

describe('rawEncoder (client-protocols.md 4.4)', () => {
  it.each([
    ['W02 text', textPayload('hi ✓'), textFrame(Buffer.from('hi ✓'))],
    ['W03 a JSON string with its quotes', jsonPayload('"hi"'), textFrame(Buffer.from('"hi"'))],
    ['12.2 JSON as written', jsonPayload('{"a": 1.50}'), textFrame(Buffer.from('{"a": 1.50}'))],
    ['W04 bytes', binaryPayload(Buffer.from([1, 2])), binaryFrame(Buffer.from([1, 2]))],
    ['J63 an Any', { dataType: 'protobuf' as const, bytes: ANY }, binaryFrame(ANY)],
    ['W19 an empty text', textPayload(''), textFrame(Buffer.alloc(0))],
  ])('writes %s, and nothing else of the message', (_what, payload, frame) => {
    expect(rawEncoder.message(message(payload))).toEqual(frame);
  });

  it('has no other frames', () => {
    expect(rawEncoder.ack(1n)).toBeUndefined();
    expect(rawEncoder.ack(1n, { name: 'Forbidden', message: 'no' })).toBeUndefined();
    expect(rawEncoder.pong()).toBeUndefined();
    expect(rawEncoder.connected({ connectionId: 'c', userId: 'ann' })).toBeUndefined();
    expect(rawEncoder.disconnected('bye')).toBeUndefined();
  });
});

describe('RawProtocol', () => {
  const events = new RawProtocol({ mode: 'sendEvent' });
  const toRoom = new RawProtocol({ mode: 'sendToGroup', group: 'room', noEcho: true });

  it.each([
    { id: 'W05', what: 'a text frame', data: Buffer.from('yo'), isBinary: false, read: TEXT },
    { id: 'W06', what: 'a binary frame', data: Buffer.from([0xff]), isBinary: true, read: BINARY },
  ])('$id reads $what as the event "message"', ({ data, isBinary, read }) => {
    expect(events.decode(data, isBinary)).toEqual({ type: 'event', event: 'message', ...read });
  });

  it.each([
    { id: 'W10', what: 'a text frame', data: Buffer.from('yo'), isBinary: false, read: TEXT },
    { id: '4.2', what: 'a binary frame', data: Buffer.from([0xff]), isBinary: true, read: BINARY },
  ])('$id reads $what as a message for its group', ({ data, isBinary, read }) => {
    expect(toRoom.decode(data, isBinary)).toEqual({
      type: 'sendToGroup',
      group: 'room',
      noEcho: true,
      ttlSeconds: 0,
      ...read,
    });
  });

  it('never looks into a frame', () => {
    const ping = Buffer.from('{"type":"ping"}');
    expect(events.decode(ping, false)).toEqual({
      type: 'event',
      event: 'message',
      payload: { dataType: 'text', bytes: ping },
    });
  });

  it('has no subprotocol', () => {
    expect(events.name).toBeUndefined();
    expect(events.encoder).toBe(rawEncoder);
  });

  it.each<[string, AckError['name'], number, string]>([
    ['W17', 'Forbidden', 1008, 'The connection is not authorized for raw sendToGroup mode.'],
    ['W08, W09', 'InternalServerError', 1011, 'Internal server error'],
    ['4.3', 'BadRequest', 1011, 'Internal server error'],
  ])('%s closes on %s with %d', (_id, name, code, reason) => {
    expect(toRoom.closeOnFailure({ name, message: 'secret detail' })).toEqual({ code, reason });
  });
});

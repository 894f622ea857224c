import {
  contentTypeOf,
  isMediaType,
  payloadOf,
} from '../../../lib/protocols/mqtt/content-types.js';
import { filterTarget, publishTarget } from '../../../lib/protocols/mqtt/topics.js';

describe('MQTT topics', () => {
  it.each([
    ['room', { kind: 'group', group: 'room' }],
    ['a/b/c', { kind: 'group', group: 'a/b/c' }],
    ['$SYS/x', { kind: 'group', group: '$SYS/x' }],
    ['t'.repeat(1024), { kind: 'group', group: 't'.repeat(1024) }],
    ['t'.repeat(1025), undefined],
    ['', undefined],
    [' \t', undefined],
    ['a/+', undefined],
    ['a#', undefined],
    ['$webpubsub/server/events/sum', { kind: 'event', event: 'sum' }],
    ['$webpubsub/server/events/sum/succeeded', undefined],
    ['$webpubsub/server/events/', undefined],
    ['$webpubsub/server/messages', undefined],
    ['$webpubsub/', undefined],
  ])('a PUBLISH to %j means %j', (topic, target) => {
    expect(publishTarget(topic)).toEqual(target);
  });

  it.each([
    ['room', 'group'],
    ['$webpubsub/server/messages', 'reserved'],
    ['$webpubsub/server/events/sum/failed', 'reserved'],
    ['$webpubsub/server/events/sum', 'refused'],
    ['$webpubsub/server/events//failed', 'refused'],
    ['$webpubsub/server/events/failed', 'refused'],
  ])('the filter %s is %s', (filter, kind) => {
    expect(filterTarget(filter).kind).toBe(kind);
  });
});

describe('MQTT content types', () => {
  it.each([
    ['application/json', '{"a":1}', 'json'],
    ['APPLICATION/JSON ; charset=utf-8', ' [1] ', 'json'],
    ['application/json', '{', 'binary'],
    ['application/json', '', 'binary'],
    ['text/plain', 'hi', 'text'],
    ['text/plain;', '', 'text'],
    ['application/x-protobuf', '\n\u0001t', 'protobuf'],
    ['application/x-protobuf', 'x', 'binary'],
    ['application/octet-stream', 'x', 'binary'],
    ['image/png', 'x', 'binary'],
    [undefined, 'x', 'binary'],
  ])('%s with %j is %s', (contentType, text, dataType) => {
    expect(payloadOf(contentType, Buffer.from(text)).dataType).toBe(dataType);
  });

  it.each(['text/plain', 'application/json'])('%s that is no UTF-8 is binary', (contentType) => {
    expect(payloadOf(contentType, Buffer.from([0x22, 0xff, 0x22])).dataType).toBe('binary');
  });

  it('takes JSON that is nested as deep as a packet allows', () => {
    expect(payloadOf('application/json', Buffer.alloc(1024 * 1024, '[')).dataType).toBe('binary');
  });

  it.each(['text', 'json', 'binary', 'protobuf'] as const)('names %s and reads it back', (type) => {
    // An Any of the type `t`, or the digit one.
    const bytes = Buffer.from(type === 'protobuf' ? '\n\u0001t' : '1');
    expect(payloadOf(contentTypeOf(type), bytes)).toEqual({ dataType: type, bytes });
  });

  it.each([
    ['text/plain', true],
    ['text/plain; charset=utf-8', true],
    ['text', false],
    ['/plain', false],
    ['a b/c', false],
    ['', false],
  ])('%j is a media type: %s', (contentType, isOne) => {
    expect(isMediaType(contentType)).toBe(isOne);
  });
});

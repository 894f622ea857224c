import { delimited, varint } from './protobuf.wire.js';

/** What messages carry. */
export interface Content {
  readonly dataType: 'text' | 'json' | 'binary';
  /** For JSON the text of one value. */
  readonly text: string;
}

/** What a pub/sub client can ask for, in no protocol yet. */
export type ClientRequest =
  | { readonly type: 'joinGroup' | 'leaveGroup'; readonly group: string; readonly ackId?: number }
  | {
      readonly type: 'sendToGroup';
      readonly group: string;
      readonly content: Content;
      readonly noEcho: boolean;
      readonly ackId?: number;
    }
  | { readonly type: 'event'; readonly content: Content; readonly ackId?: number }
  | { readonly type: 'ping' }
  | { readonly type: 'sequenceAck'; readonly sequenceId: number };

/** The request as a client of the JSON subprotocols writes it. */
export function jsonRequest(request: ClientRequest): string {
  if (request.type !== 'sendToGroup' && request.type !== 'event') return JSON.stringify(request);
  const { content, ...rest } = request;
  const { dataType, text } = content;
  const data =
    dataType === 'json'
      ? (JSON.parse(text) as unknown)
      : dataType === 'binary'
        ? Buffer.from(text).toString('base64')
        : text;
  return JSON.stringify({
    ...rest,
    ...(rest.type === 'event' && { event: 'say' }),
    dataType,
    data,
  });
}

const DATA_FIELDS = { text: 1, binary: 2, json: 4 } as const;

/** The request as a client of the protobuf subprotocols writes it. */
export function protobufRequest(request: ClientRequest): Buffer {
  switch (request.type) {
    case 'sendToGroup':
      return delimited(
        1,
        delimited(1, request.group),
        ackIdField(2, request.ackId),
        contentField(3, request.content),
        varint(4, request.noEcho ? 1 : 0),
      );
    case 'event':
      return delimited(
        5,
        delimited(1, 'say'),
        contentField(2, request.content),
        ackIdField(3, request.ackId),
      );
    case 'joinGroup':
      return delimited(6, delimited(1, request.group), ackIdField(2, request.ackId));
    case 'leaveGroup':
      return delimited(7, delimited(1, request.group), ackIdField(2, request.ackId));
    case 'sequenceAck':
      return delimited(8, varint(1, request.sequenceId));
    case 'ping':
      return delimited(9);
  }
}

function ackIdField(field: number, ackId: number | undefined): Buffer {
  return ackId === undefined ? Buffer.alloc(0) : varint(field, ackId);
}

function contentField(field: number, { dataType, text }: Content): Buffer {
  return delimited(field, delimited(DATA_FIELDS[dataType], text));
}

import type { DataType } from '../../../engine/payload.js';
import type { HubMessage } from '../../../hub/message.types.js';

/** Options of {@link UserEventReply}. */
export interface UserEventReplyOptions {
  /**
   * How the data is sent: `text` takes a string; `json` any value, or bytes that are JSON text already;
   * `binary` bytes or a stream; `protobuf` a serialized `google.protobuf.Any`. Without it the data says
   * so: a string is text, bytes and streams are binary, everything else is JSON.
   */
  readonly dataType?: DataType;
  /**
   * Goes with the message, to clients that know metadata: keys of at most 256 bytes as in HTTP headers,
   * values of at most 1024 in printable ASCII, 8 KiB together.
   */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A result of a handler of user events that says how it is sent.
 *
 * @example
 * ```ts
 * @OnUserEvent('order')
 * order(@EventData() order: OrderDto) {
 *   return new UserEventReply('"accepted"', { dataType: 'text', metadata: { queue: 'fast' } });
 * }
 * ```
 */
export class UserEventReply {
  constructor(
    /** What is sent. */
    readonly data: HubMessage,
    /** How it is sent. */
    readonly options: UserEventReplyOptions = {},
  ) {}
}

import { delimited, varint } from './protobuf.wire.js';
import { WireClient } from './wire.client.js';

/** Field number and raw value (a number, or the bytes of a string or message) of a protobuf message. */
export type Fields = ReadonlyMap<number, bigint | Buffer>;

/** Reads a protobuf message by hand; of a repeated field the last value counts. */
export function readFields(bytes: Buffer): Fields {
  return new Map(fieldsOf(bytes));
}

/** The fields in the order they come in. */
export function fieldsOf(bytes: Buffer): [number, bigint | Buffer][] {
  const fields: [number, bigint | Buffer][] = [];
  let at = 0;
  const next = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(next());
    const value = next();
    if ((tag & 7) === 0) {
      fields.push([tag >> 3, value]);
    } else {
      fields.push([tag >> 3, bytes.subarray(at, at + Number(value))]);
      at += Number(value);
    }
  }
  return fields;
}

function nested(fields: Fields, ...path: number[]): Fields {
  return path.reduce((current, field) => readFields(current.get(field) as Buffer), fields);
}

/** A data message as a protobuf client sees it. */
export interface ProtobufData {
  /** Field number of `MessageData` that is set, and its bytes. */
  readonly data: readonly [number, Buffer];
  /** 0 on the plain protocol. */
  readonly sequenceId: number;
}

/** A client of the protobuf subprotocols that knows just what tests need. */
export class ProtobufClient {
  private constructor(
    public wire: WireClient,
    private readonly url: string,
    private readonly subprotocol: string,
    readonly id: string,
    public token: string,
  ) {}

  static async connect(url: string, subprotocol: string): Promise<ProtobufClient> {
    const wire = await WireClient.open(url, [subprotocol]);
    const connected = nested(readFields((await wire.hear()) as Buffer), 3, 1);
    const text = (field: number): string => String(connected.get(field) ?? '');
    return new ProtobufClient(wire, url, subprotocol, text(1), text(3));
  }

  /** Publishes; `field` is the field number of `MessageData`. */
  sendToGroup(group: string, field: number, bytes: Buffer): void {
    this.wire.send(delimited(1, delimited(1, group), delimited(3, delimited(field, bytes))));
  }

  raise(event: string, field: number, bytes: Buffer): void {
    this.wire.send(delimited(5, delimited(1, event), delimited(2, delimited(field, bytes))));
  }

  confirm(sequenceId: number): void {
    this.wire.send(delimited(8, varint(1, sequenceId)));
  }

  /** The next data message; acks and system messages are passed over. */
  async hear(): Promise<ProtobufData> {
    for (;;) {
      const fields = readFields((await this.wire.hear()) as Buffer);
      if (!fields.has(2)) continue;
      const message = nested(fields, 2);
      const [[field, value] = [0, Buffer.alloc(0)]] = nested(message, 3);
      return { data: [field, value as Buffer], sequenceId: Number(message.get(4) ?? 0n) };
    }
  }

  /** Resolves when the service has done what was asked before. */
  async ping(): Promise<void> {
    this.wire.send(delimited(9));
    while (!readFields((await this.wire.hear()) as Buffer).has(4));
  }

  /** The next frame as it is, of any kind. */
  async hearExactly(): Promise<Buffer> {
    return (await this.wire.hear()) as Buffer;
  }

  /** Fails when anything else than the answer to a ping comes next. */
  async expectQuiet(): Promise<void> {
    this.wire.send(delimited(9));
    const frame = await this.hearExactly();
    if (!frame.equals(delimited(4))) {
      throw new Error(`Instead of a pong came ${frame.toString('hex')}`);
    }
  }

  /** Breaks the connection and comes back to it. */
  async recover(): Promise<void> {
    this.wire.socket.terminate();
    await this.wire.closed;
    const url = new URL(this.url);
    url.searchParams.set('awps_connection_id', this.id);
    url.searchParams.set('awps_reconnection_token', this.token);
    this.wire = await WireClient.open(url.href, [this.subprotocol]);
    const connected = nested(readFields((await this.wire.hear()) as Buffer), 3, 1);
    this.token = String(connected.get(3));
  }
}

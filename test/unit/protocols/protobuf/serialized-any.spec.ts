import { jsonProtocol } from '../../../../lib/protocols/json/json.protocol.js';
import { isSerializedAny } from '../../../../lib/protocols/serialized-any.js';
import { delimited, varint } from '../../../support/protobuf.wire.js';

const ANY = Buffer.concat([delimited(1, 'example.com/unheard.Of'), delimited(2, 'value')]);

const sendAsJson = (bytes: Buffer) =>
  jsonProtocol.decode(
    Buffer.from(
      `{"type":"sendToGroup","group":"room","dataType":"protobuf","data":"${bytes.toString('base64')}"}`,
    ),
    false,
  );

describe('A serialized Any', () => {
  it.each([
    ['of an unknown type', ANY],
    ['with a field that is not known', Buffer.concat([ANY, varint(15, 1)])],
    ['that is empty', Buffer.alloc(0)],
  ])('%s is one, and JSON clients may send it', (_, bytes) => {
    expect(isSerializedAny(bytes)).toBe(true);
    expect(sendAsJson(bytes)).toMatchObject({ payload: { dataType: 'protobuf', bytes } });
  });

  it.each([
    ['cut short', ANY.subarray(0, -1)],
    ['text', Buffer.from('hello')],
    ['a type that is not UTF-8', delimited(1, Buffer.from([0xff]))],
    ['a type in the form of a number', varint(1, 1)],
  ])('is not what is %s, and JSON clients are closed with 1007', (_, bytes) => {
    expect(isSerializedAny(bytes)).toBe(false);
    expect(() => sendAsJson(bytes)).toThrow(expect.objectContaining({ code: 1007 }));
  });
});

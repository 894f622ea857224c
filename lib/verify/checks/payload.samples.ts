import { binaryPayload, jsonPayload, textPayload, type Payload } from '../../engine/payload.js';

/** One message, and what each kind of client sees of it. */
export interface PayloadSample {
  /** Case of rest.md 14.3. */
  readonly id: string;
  readonly what: string;
  readonly payload: Payload;
  /** Members of the frame of a JSON client, as they stand in it. */
  readonly json: string;
  /** The frame of a raw client. */
  readonly raw: string | Buffer;
}

const DIGITS = '{"n":12345678901234567890.10,"e":1E+400,"a":[1.50,-0]}';
const BYTES = Buffer.of(1, 2, 3);

/** A message of each kind, some of them easily spoilt. */
export const PAYLOAD_SAMPLES: readonly PayloadSample[] = [
  sample('C1', 'text', textPayload('hello'), '"dataType":"text","data":"hello"'),
  sample(
    'C1u',
    'text beyond ASCII',
    textPayload('grüß \u{1f600} "quoted"'),
    '"dataType":"text","data":"grüß \u{1f600} \\"quoted\\""',
  ),
  sample('C2', 'JSON digit for digit', jsonPayload(DIGITS), `"dataType":"json","data":${DIGITS}`),
  sample('C3', 'a JSON string', jsonPayload('"hi"'), '"dataType":"json","data":"hi"'),
  sample('C12', 'JSON null', jsonPayload('null'), '"dataType":"json","data":null'),
  sample('C12t', 'JSON true', jsonPayload('true'), '"dataType":"json","data":true'),
  sample('C12e', 'an empty JSON array', jsonPayload('[]'), '"dataType":"json","data":[]'),
  {
    id: 'C4',
    what: 'bytes',
    payload: binaryPayload(BYTES),
    json: '"dataType":"binary","data":"AQID"',
    raw: BYTES,
  },
  sample('C11', 'empty text', textPayload(''), '"dataType":"text","data":""'),
];

function sample(id: string, what: string, payload: Payload, json: string): PayloadSample {
  return { id, what, payload, json, raw: payload.bytes.toString() };
}

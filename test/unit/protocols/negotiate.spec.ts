import { jsonProtocol } from '../../../lib/protocols/json/json.protocol.js';
import { reliableJsonProtocol } from '../../../lib/protocols/json/reliable-json.protocol.js';
import { negotiate } from '../../../lib/protocols/negotiate.js';

const JSON_V1 = 'json.webpubsub.azure.v1';
const RELIABLE_JSON_V1 = 'json.reliable.webpubsub.azure.v1';

describe('negotiate (client-protocols.md 1.5)', () => {
  it.each([
    { id: 'H01', offered: [JSON_V1], protocol: jsonProtocol, answer: JSON_V1 },
    { id: '1.5', offered: [RELIABLE_JSON_V1], protocol: reliableJsonProtocol },
    { id: 'H16', offered: ['JSON.WEBPUBSUB.AZURE.V1'], protocol: jsonProtocol },
    { id: 'H17', offered: ['x.custom', JSON_V1], protocol: jsonProtocol, answer: JSON_V1 },
    { id: 'H18', offered: [RELIABLE_JSON_V1, JSON_V1], protocol: reliableJsonProtocol },
    { id: 'H18', offered: [JSON_V1, RELIABLE_JSON_V1], protocol: jsonProtocol },
  ])('$id takes the first known name of $offered', ({ offered, protocol, answer }) => {
    const negotiated = negotiate(offered);
    expect(negotiated?.protocol).toBe(protocol);
    expect(negotiated?.answer).toBe(answer ?? offered[0]);
  });

  it.each([
    { id: 'H21', offered: [] },
    { id: 'H19', offered: ['x.custom'] },
    { id: '1.5', offered: ['', ' ', `${JSON_V1} `, `${JSON_V1}.`, 'constructor', '__proto__'] },
  ])('$id knows none of $offered', ({ offered }) => {
    expect(negotiate(offered)).toBeUndefined();
  });
});

import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bearerToken } from '../../../lib/auth/bearer.js';

describe('bearerToken', () => {
  it.each([
    ['the scheme as written', 'Bearer abc', 'abc'],
    ['the scheme in small letters (B3)', 'bearer abc', 'abc'],
    ['the scheme in capitals', 'BEARER abc', 'abc'],
    ['more spaces', 'Bearer   abc  ', 'abc'],
    ['a list of one header', ['Bearer abc'], 'abc'],
    ['no header (B1)', undefined, undefined],
    ['an empty list', [], undefined],
    ['two headers', ['Bearer abc', 'Bearer abc'], undefined],
    ['an empty header', '', undefined],
    ['another scheme (B2)', 'Basic abc', undefined],
    ['a longer scheme', 'Bearers abc', undefined],
    ['the scheme alone', 'Bearer', undefined],
    ['the scheme and a space', 'Bearer ', undefined],
    ['the scheme and spaces', 'Bearer    ', undefined],
    ['a token alone', 'abc', undefined],
    ['a space in front', ' Bearer abc', undefined],
    ['a tab between', 'Bearer\tabc', undefined],
  ])('reads %s', (_what, header, token) => {
    expect(bearerToken(header)).toBe(token);
  });

  it('tells from headersDistinct that a request carried two headers (rest.md 15.22)', async () => {
    const server = createServer((incoming, response) => {
      response.end(String(bearerToken(incoming.headersDistinct['authorization'])));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const answer = (authorization: string[]) =>
      new Promise<string>((resolve, reject) => {
        const outgoing = request({ port, host: '127.0.0.1', agent: false }, (response) => {
          response.setEncoding('utf8').once('data', resolve);
        });
        outgoing.once('error', reject);
        outgoing.setHeader('authorization', authorization);
        outgoing.end();
      });
    try {
      expect(await answer(['Bearer abc'])).toBe('abc');
      expect(await answer(['Bearer abc', 'Bearer def'])).toBe('undefined');
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

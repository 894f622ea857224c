import {
  clientAudienceMatches,
  type ExpectedAudience,
  restAudienceMatches,
} from '../../../lib/auth/audience.js';

const at = (host: string, ...paths: string[]): ExpectedAudience => ({ hosts: [host], paths });

describe('restAudienceMatches (rest.md 7.3)', () => {
  const url = 'https://demo.example.com/api/hubs/chat/groups/g1';
  const request = at('demo.example.com', '/api/hubs/chat/groups/g1');

  it.each([
    ['the URL', url, true],
    ['the URL with its query', `${url}?api-version=2024-12-01`, true],
    ['the URL with another query', `${url}?x=y&z=%`, true],
    ['the URL with a slash', `${url}/`, true],
    ['the URL with a slash and a query', `${url}/?a=b`, true],
    ['scheme http', url.replace('https', 'http'), true],
    ['scheme ws', url.replace('https', 'ws'), true],
    ['scheme wss', url.replace('https', 'wss'), true],
    ['a scheme in capitals', url.replace('https', 'HTTPS'), true],
    ['scheme ftp', url.replace('https', 'ftp'), false],
    ['a scheme that only ends alike', `x${url}`, false],
    ['a scheme that is a property of every object', url.replace('https', 'constructor'), false],
    ['no scheme', url.slice('https://'.length), false],
    ['a scheme without slashes', url.replace('//', ''), false],
    ['an empty scheme', url.slice('https'.length), false],
    ['a longer path', `${url}/child`, true],
    ['a longer name', `${url}Suffix`, false],
    ['a question mark encoded twice', `${url}%253Fquery`, false],
    ['a fragment', `${url}#a`, false],
    ['a parent path', 'https://demo.example.com/api/hubs/chat', false],
    ['the host alone', 'https://demo.example.com', false],
    ['another hub', url.replace('chat', 'other'), false],
    ['another group', url.replace('g1', 'g2'), false],
    ['another host', url.replace('demo', 'other'), false],
    ['a longer host', url.replace('.com', '.com.evil.example'), false],
    ['a host in front of the host', url.replace('demo', 'evil.demo'), false],
    ['user information', url.replace('demo', 'user@demo'), false],
    ['another port', url.replace('.com', '.com:8443'), false],
    ['capitals', 'https://DEMO.example.com/API/hubs/CHAT/groups/G1', true],
    ['two slashes inside', url.replace('/api', '//api'), false],
    ['an escape', url.replace('g1', '%671'), true],
    ['an escape in capitals and one in small letters', url.replace('/g1', '%2Fg%31'), true],
    ['nothing', '', false],
    ['the end of a scheme', '://', false],
    ['a scheme alone', 'https://', false],
  ])('judges %s', (_what, audience, matches) => {
    expect(restAudienceMatches(audience, request)).toBe(matches);
  });

  it.each([
    ['https', 'demo.example.com:443', 'demo.example.com', true],
    ['wss', 'demo.example.com:443', 'demo.example.com', true],
    ['http', 'demo.example.com:80', 'demo.example.com', true],
    ['ws', 'demo.example.com:80', 'demo.example.com', true],
    ['https', 'demo.example.com', 'demo.example.com:443', true],
    ['http', 'demo.example.com', 'demo.example.com:80', true],
    ['https', 'demo.example.com:443', 'demo.example.com:443', true],
    ['http', 'demo.example.com:443', 'demo.example.com:443', true],
    ['http', 'demo.example.com:443', 'demo.example.com', false],
    ['https', 'demo.example.com:80', 'demo.example.com', false],
    ['https', 'demo.example.com:8443', 'demo.example.com:8443', true],
    ['https', 'demo.example.com:8443', 'demo.example.com', false],
    ['https', 'demo.example.com', 'demo.example.com:8443', false],
    ['https', '[::1]:443', '[::1]', true],
    ['http', '[::1]:8080', '[::1]:8080', true],
    ['http', '[::80]', '[::80]', true],
    ['http', '[::80]', '[:', false],
  ])('compares the ports of %s://%s and %s', (scheme, host, expected, matches) => {
    const audience = `${scheme}://${host}/api/hubs/chat/:send`;
    expect(restAudienceMatches(audience, at(expected, '/api/hubs/chat/:send'))).toBe(matches);
  });

  it('keeps a port that stands in the path', () => {
    const request = at('h', '/api/hubs/chat/users/a:443');
    expect(restAudienceMatches('https://h/api/hubs/chat/users/a:443', request)).toBe(true);
    expect(restAudienceMatches('https://h/api/hubs/chat/users/a', request)).toBe(false);
  });

  it.each([
    ['the first host', 'https://a.example/api/x', true],
    ['the second host', 'https://b.example/api/x', true],
    ['the other path', 'https://a.example/api/y', true],
    ['another host', 'https://c.example/api/x', false],
  ])('tries every host and path: %s', (_what, audience, matches) => {
    const expected = { hosts: ['a.example', 'b.example'], paths: ['/api/x', '/api/y'] };
    expect(restAudienceMatches(audience, expected)).toBe(matches);
  });

  it.each([
    ['no host', { hosts: [], paths: ['/api/hubs/chat/groups/g1'] }],
    ['no path', { hosts: ['demo.example.com'], paths: [] }],
  ])('matches nothing when there is %s', (_what, expected) => {
    expect(restAudienceMatches(url, expected)).toBe(false);
  });

  it('drops slashes at the end of the request path', () => {
    const request = at('demo.example.com', '/api/hubs/chat/groups/g1///');
    expect(restAudienceMatches(url, request)).toBe(true);
    expect(restAudienceMatches(`${url}/child`, request)).toBe(true);
  });

  describe('escaped names', () => {
    // The service decodes a segment once and leaves %2F alone.
    const raw = '/api/hubs/chat%5B1%5D/groups/room%2Fpart';
    const request = at('demo.example.com', '/api/hubs/chat[1]/groups/room%2Fpart', raw);

    it('accepts the URL as it was sent, though decoding it whole gives another path', () => {
      const decodedOnly = at('demo.example.com', '/api/hubs/chat[1]/groups/room%2Fpart');
      const audience = `https://demo.example.com${raw}?api-version=2024-12-01`;
      expect(restAudienceMatches(audience, request)).toBe(true);
      expect(restAudienceMatches(audience, decodedOnly)).toBe(false);
    });

    it('takes escapes in either case', () => {
      const audience = `https://demo.example.com${raw.toLowerCase()}`;
      expect(restAudienceMatches(audience, request)).toBe(true);
    });

    it.each([
      ['a space', 'room%20one', '/g/room one', true],
      ['a letter beyond ASCII', '%C3%A9', '/g/é', true],
      ['a letter beyond ASCII, unescaped', 'é', '/g/é', true],
      ['a letter beyond ASCII, in capitals', 'É', '/g/é', true],
      ['a plus sign, which is no space', 'a+b', '/g/a b', false],
      ['an escape decoded twice', 'a%2520b', '/g/a b', false],
      ['a broken escape', 'a%zz', '/g/a%zz', true],
      ['half of a letter', '%C3', '/g/é', false],
    ])('decodes the audience once: %s', (_what, name, path, matches) => {
      expect(restAudienceMatches(`https://h/g/${name}`, at('h', path))).toBe(matches);
    });
  });
});

describe('clientAudienceMatches (rest.md 7.5)', () => {
  const url = 'https://demo.example.com/client/hubs/chat';
  // What U26 asks for: the canonical path and both spellings of the legacy one.
  const client = at(
    'demo.example.com',
    '/client/hubs/chat',
    '/client/?hub=chat',
    '/client?hub=chat',
  );

  it.each([
    ['the URL', url, true],
    ['scheme http', url.replace('https', 'http'), true],
    ['scheme ws', url.replace('https', 'ws'), true],
    ['scheme wss', url.replace('https', 'wss'), true],
    ['scheme ftp', url.replace('https', 'ftp'), false],
    ['capitals', 'HTTPS://Demo.Example.com/Client/Hubs/CHAT', true],
    ['the port of the scheme', url.replace('.com', '.com:443'), true],
    ['another port', url.replace('.com', '.com:8443'), false],
    ['a query', `${url}?a=b`, true],
    ['a query that names another hub', `${url}?hub=other`, true],
    ['a slash', `${url}/`, true],
    ['a slash and a query', `${url}/?a=b`, true],
    ['a longer path', `${url}/child`, false],
    ['a longer name', `${url}2`, false],
    ['a fragment', `${url}#a`, false],
    ['another hub', url.replace('chat', 'other'), false],
    ['another host', url.replace('demo', 'other'), false],
    ['a missing slash', url.replace('.com/', '.com'), false],
    ['a missing slash of the scheme', url.replace('//', '/'), false],
    ['a parent path', 'https://demo.example.com/client/hubs', false],
    ['the MQTT endpoint', url.replace('client', 'clients/mqtt'), false],
    ['an escape', url.replace('chat', '%63hat'), true],
    ['an escape of an escape', url.replace('chat', '%2563hat'), false],
    ['U26: the legacy form', 'https://demo.example.com/client/?hub=chat', true],
    ['U26: the legacy form without slash', 'https://demo.example.com/client?hub=chat', true],
    ['U26: the legacy form in capitals', 'https://demo.example.com/Client/?Hub=CHAT', true],
    ['U26: the legacy form of another hub', 'https://demo.example.com/client/?hub=other', false],
    [
      'U26: the legacy form with a longer name',
      'https://demo.example.com/client/?hub=chat2',
      false,
    ],
    [
      'U26: the legacy form with more query',
      'https://demo.example.com/client/?hub=chat&a=b',
      false,
    ],
    [
      'U26: the legacy form behind more query',
      'https://demo.example.com/client/?a=b&hub=chat',
      false,
    ],
    ['U26: the legacy path without hub', 'https://demo.example.com/client/', false],
    ['nothing', '', false],
  ])('judges %s', (_what, audience, matches) => {
    expect(clientAudienceMatches(audience, client)).toBe(matches);
  });

  it('refuses the legacy form where it is not served', () => {
    const audience = 'https://demo.example.com/client/?hub=chat';
    expect(clientAudienceMatches(audience, at('demo.example.com', '/client/hubs/chat'))).toBe(
      false,
    );
  });

  it('takes a hub name that its signer escaped', () => {
    const audience = 'https://demo.example.com/client/hubs/chat%5B1%5D';
    expect(clientAudienceMatches(audience, at('demo.example.com', '/client/hubs/chat[1]'))).toBe(
      true,
    );
  });
});

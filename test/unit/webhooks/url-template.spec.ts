import { UrlTemplate, UrlTemplateError } from '../../../lib/webhooks/sender/url-template.js';

const SECRET_URI = 'https://vault.example/secrets/hook-code';
const REFERENCE = `{@Microsoft.KeyVault(SecretUri=${SECRET_URI})}`;
const resolveSecret = (secret: string) => (uri: string) =>
  uri === SECRET_URI ? Promise.resolve(secret) : Promise.reject(new Error(`no ${uri}`));

describe('UrlTemplate (events.md 8.3)', () => {
  it.each([
    ['https://a.example/{hub}/{event}', 'chat', 'message', 'https://a.example/chat/message'],
    [
      'https://a.example/e?h={HUB}&n={Event}',
      'chat',
      'order.placed',
      'https://a.example/e?h=chat&n=order.placed',
    ],
    ['https://a.example/{hub}', 'a`b', 'x', 'https://a.example/a%60b'],
    ['https://a.example/{hub}', 'a,b[c]', 'x', 'https://a.example/a%2Cb%5Bc%5D'],
    ['https://a.example/fixed?code=k', 'chat', 'x', 'https://a.example/fixed?code=k'],
    ['https://a.example/{event}/{event}', 'chat', 'x', 'https://a.example/x/x'],
    ['https://a.example?e={event}', 'chat', 'Join', 'https://a.example/?e=Join'],
    ['http://a.example:8080/%7B{hub}%7D', 'chat', 'x', 'http://a.example:8080/%7Bchat%7D'],
    ['HTTPS://A.example/{hub}', 'Chat', 'x', 'https://a.example/Chat'],
    ['https://bücher.example/{hub}', 'chat', 'x', 'https://xn--bcher-kva.example/chat'],
    ['http://[::1]:7080/{hub}', 'chat', 'x', 'http://[::1]:7080/chat'],
    ['https://a.example/a@b/{hub}', 'chat', 'x', 'https://a.example/a@b/chat'],
  ])('resolves %s', (template, hub, event, url) => {
    expect(UrlTemplate.parse(template).resolve(hub, event).href).toBe(url);
  });

  it.each([
    ['a slash', '../admin', 'https://a.example/hooks/..%2Fadmin?e=x'],
    ['a query of its own', 'a?b&c=d#e', 'https://a.example/hooks/a%3Fb%26c%3Dd%23e?e=x'],
    ['braces', '{event}', 'https://a.example/hooks/%7Bevent%7D?e=x'],
    ['what encodeURIComponent leaves', "!'()*", 'https://a.example/hooks/%21%27%28%29%2A?e=x'],
    ['characters beyond ASCII', '温', 'https://a.example/hooks/%E6%B8%A9?e=x'],
  ])('keeps a name with %s in its place', (_case, hub, url) => {
    const template = UrlTemplate.parse('https://a.example/hooks/{hub}?e={event}');
    expect(template.resolve(hub, 'x').href).toBe(url);
  });

  it('asks for consent as the event validate', () => {
    const template = UrlTemplate.parse('https://a.example/{hub}/{event}?code=k');
    expect(template.validationUrl('chat').href).toBe('https://a.example/chat/validate?code=k');
  });

  it.each([
    ['L6 a parameter in the host', 'https://{hub}.example/', 'a parameter in the host'],
    ['L6 as the whole host', 'https://{hub}/', 'a parameter in the host'],
    ['L6 at the end of the host', 'https://a.example{hub}', 'a parameter in the host'],
    ['L6 as the port', 'https://a.example:{hub}/', 'a parameter in the host'],
    ['L6 behind a backslash', 'https://a.example\\{hub}', 'a parameter in the host'],
    ['L7 another scheme', 'ftp://x/', 'no absolute http or https URL'],
    ['L7 a relative URL', '/hooks/{hub}', 'no absolute http or https URL'],
    ['L7 no scheme', 'a.example/hooks', 'no absolute http or https URL'],
    ['L7 a scheme without slashes', 'https:a.example', 'no absolute http or https URL'],
    ['L7 a scheme that hides in text', 'javascript:https://a/', 'no absolute http or https URL'],
    ['L7 a parameter as the scheme', '{hub}://a.example/', 'no absolute http or https URL'],
    ['L7 nothing', '', 'no absolute http or https URL'],
    ['L7 spaces', '   ', 'no absolute http or https URL'],
    ['a tunnel', 'tunnel:///hooks/{event}', 'a tunnel:// URL'],
    ['no host', 'https:///hooks', 'a URL with a host or port that is none'],
    ['a query in place of the host', 'https://?a=b', 'a URL with a host or port that is none'],
    ['a port that is none', 'https://a.example:99999/', 'a URL with a host or port that is none'],
    ['a name and a password', 'https://u:p@a.example/', 'a URL with credentials'],
    ['a name', 'https://u@a.example/', 'a URL with credentials'],
    ['an empty name', 'https://@a.example/', 'a URL with credentials'],
    ['another parameter', 'https://a.example/{user}', 'the parameter {user}'],
    ['an empty parameter', 'https://a.example/{}', 'a parameter of another name'],
    ['a parameter with blanks', 'https://a.example/{ hub }', 'a parameter of another name'],
    ['a brace that does not close', 'https://a.example/{hub', 'a brace without its partner'],
    ['a brace that does not open', 'https://a.example/hub}', 'a brace without its partner'],
    ['braces in braces', 'https://a.example/{{hub}}', 'a parameter of another name'],
    ['a fragment', 'https://a.example/{hub}#top', 'a fragment'],
    ['a line break', 'https://a.example/a\nb', 'a space, control character or backslash'],
    ['a space', 'https://a.example/a b', 'a space, control character or backslash'],
    ['a backslash', 'https://a.example\\b', 'a space, control character or backslash'],
    ['a vault without https', 'https://a.example/?c={@Microsoft.KeyVault(SecretUri=x)}', 'a Key'],
    ['a vault by name', 'https://a.example/?c={@Microsoft.KeyVault(VaultName=v)}', 'a Key'],
    ['a secret in the host', `https://${REFERENCE}/`, 'a parameter in the host'],
  ])('refuses %s', (_case, template, got) => {
    let error: unknown;
    try {
      UrlTemplate.parse(template);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UrlTemplateError);
    const { message, fix } = error as UrlTemplateError;
    expect((error as UrlTemplateError).got).toContain(got);
    expect(message).toContain('expected an absolute http or https URL');
    expect(fix).not.toBe('');
  });

  it.each([
    'https://user:s3cr3t@a.example/{hub}',
    'https://a.example/?code=s3cr3t#x',
    'https://a.example/?code=s3cr3t {hub}',
    'https://a.example/{"code": "s3cr3t"}',
    'ftp://a.example/?code=s3cr3t',
  ])('shows no secret of %s', (template) => {
    expect(() => UrlTemplate.parse(template)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('s3cr3t') }),
    );
  });

  it('shows itself without the query', () => {
    const template = UrlTemplate.parse('https://a.example/hooks/{hub}/{Event}?code=s3cr3t');
    expect(template.display).toBe('https://a.example/hooks/{hub}/{event}');
  });

  it.each([
    ['http://localhost:7080/{hub}', true],
    ['http://LOCALHOST./', true],
    ['http://app.localhost/', true],
    ['http://127.9.9.9/', true],
    ['http://0x7f.1/', true],
    ['http://[::1]/', true],
    ['http://[::ffff:127.0.0.1]/', true],
    ['http://localhost.example/', false],
    ['http://10.0.0.1/', false],
    ['http://notlocalhost/', false],
  ])('knows whether %s is this machine', (template, isLoopback) => {
    const { isLoopbackHost, isHttps } = UrlTemplate.parse(template);
    expect({ isLoopbackHost, isHttps }).toEqual({ isLoopbackHost: isLoopback, isHttps: false });
  });
});

describe('UrlTemplate with secrets (events.md 8.3)', () => {
  it('fills a secret in where it stands, percent-encoded', async () => {
    const template = UrlTemplate.parse(`https://a.example/{hub}?code=${REFERENCE}&e={event}`);
    expect(template.secretUris).toEqual([SECRET_URI]);
    const filled = await template.withSecrets(resolveSecret('a&b=c#{hub}'));
    expect(filled.resolve('chat', 'x').href).toBe(
      'https://a.example/chat?code=a%26b%3Dc%23%7Bhub%7D&e=x',
    );
    expect(filled.secretUris).toEqual([]);
  });

  it('takes a secret that stands alone for a template', async () => {
    const template = UrlTemplate.parse(REFERENCE.toLowerCase());
    expect(template.display).toBe('a URL from Key Vault');
    const filled = await template.withSecrets(resolveSecret('https://a.example/{hub}?code=s3cr3t'));
    expect(filled.resolve('chat', 'x').href).toBe('https://a.example/chat?code=s3cr3t');
    expect(filled.display).toBe('https://a.example/{hub}');
  });

  it('asks for each secret once', async () => {
    const asked: string[] = [];
    await UrlTemplate.parse(`https://a.example/${REFERENCE}?c=${REFERENCE}`).withSecrets((uri) => {
      asked.push(uri);
      return Promise.resolve('x');
    });
    expect(asked).toEqual([SECRET_URI]);
  });

  it('shows a secret in the path by its place only', async () => {
    const template = UrlTemplate.parse(`https://a.example/${REFERENCE}/{hub}`);
    expect(template.display).toBe('https://a.example/{secret}/{hub}');
    const filled = await template.withSecrets(resolveSecret('s3cr3t'));
    expect(filled.display).toBe('https://a.example/{secret}/{hub}');
    expect(filled.resolve('chat', 'x').href).toBe('https://a.example/s3cr3t/chat');
  });

  it('cannot be resolved without them', () => {
    const template = UrlTemplate.parse(`https://a.example/?code=${REFERENCE}`);
    expect(() => template.resolve('chat', 'x')).toThrow(UrlTemplateError);
  });

  it.each([
    ['an empty secret', ''],
    ['no secret', undefined as unknown as string],
  ])('fails for %s', async (_case, secret) => {
    const template = UrlTemplate.parse(`https://a.example/?code=${REFERENCE}`);
    await expect(template.withSecrets(resolveSecret(secret))).rejects.toThrow('there is no secret');
  });

  it('passes on what the resolver rejects with', async () => {
    const template = UrlTemplate.parse(`https://a.example/?code=${REFERENCE}`);
    await expect(template.withSecrets(() => Promise.reject(new Error('locked')))).rejects.toThrow(
      'locked',
    );
  });

  it.each([
    ['no URL', 's3cr3t'],
    ['a URL with credentials', 'https://s3cr3t:x@a.example/'],
    ['another secret', `https://a.example/?s3cr3t=${REFERENCE}`],
    ['itself', REFERENCE],
  ])('refuses a secret that is %s, and does not show it', async (_case, secret) => {
    const outcome = UrlTemplate.parse(REFERENCE).withSecrets(resolveSecret(secret));
    await expect(outcome).rejects.toThrow(UrlTemplateError);
    await expect(outcome).rejects.toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('s3cr3t') }),
    );
  });

  it('gives itself when there is nothing to fill in', async () => {
    const template = UrlTemplate.parse('https://a.example/');
    expect(await template.withSecrets(resolveSecret('x'))).toBe(template);
  });
});

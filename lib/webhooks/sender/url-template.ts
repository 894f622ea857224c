import { isIP } from 'node:net';
import { kindOfAddress } from './address-ranges.js';
import { UrlTemplateError } from './url-template.error.js';
import { partsOf, type TemplatePart } from './url-template.parser.js';

export { UrlTemplateError } from './url-template.error.js';

/** Gets a secret by its URI. */
export type ResolveSecret = (secretUri: string) => Promise<string>;

const SCHEME = /^https?:\/\//i;
/** A host that is complete, with the first character behind it. */
const BEGINNING = /^https?:\/\/[^/?]+[/?]/i;
/** What URL parsers drop or turn into something else without a word. */
const REWRITTEN = /[\s\p{Cc}\\]/u;
const EXAMPLE = 'For example https://app.example/hooks/{hub}/{event}';

/**
 * Where a webhook is (events.md 8.3): a URL with places for the names of hub and event, and for secrets.
 */
export class UrlTemplate {
  /** For logs: scheme, host and path, with its parameters as they were written. */
  readonly display: string;
  /** Whether the host is this machine by its name. False while it is not known. */
  readonly isLoopbackHost: boolean;
  /** Whether events travel encrypted. True while it is not known. */
  readonly isHttps: boolean;
  /** URIs of the secrets that {@link withSecrets} has to fill in, each once. */
  readonly secretUris: readonly string[];

  private constructor(private readonly parts: readonly TemplatePart[]) {
    this.secretUris = [...new Set(parts.flatMap(missingSecretOf))];
    if (isSecretAlone(parts)) {
      this.display = 'a URL from Key Vault';
      this.isLoopbackHost = false;
      this.isHttps = true;
      return;
    }
    const url = sampleOf(parts);
    this.isLoopbackHost = isLoopback(url.hostname);
    this.isHttps = url.protocol === 'https:';
    const written = parts.map((part) => (part.kind === 'text' ? part.text : `{${part.kind}}`));
    this.display = written.join('').split('?', 1)[0] ?? '';
  }

  /** @throws {@link UrlTemplateError} that names what was found and how to put it right */
  static parse(text: string): UrlTemplate {
    return new UrlTemplate(partsOf(text));
  }

  /**
   * The URL for one event. Names are percent-encoded.
   *
   * @throws {@link UrlTemplateError} while secrets are missing
   */
  resolve(hub: string, event: string): URL {
    if (this.secretUris.length > 0) {
      throw new UrlTemplateError('a template without its secrets', 'Call withSecrets() first.');
    }
    return new URL(fill(this.parts, { hub, event }));
  }

  /** The URL that is asked for its consent: that of the event `validate`. */
  validationUrl(hub: string): URL {
    return this.resolve(hub, 'validate');
  }

  /**
   * The template with its secrets filled in. A secret that is a part of it is percent-encoded like a
   * name; one that stands alone is a template itself.
   *
   * @throws {@link UrlTemplateError} when a secret that stands alone is no template
   * @throws Error when there is no secret, and whatever `resolve` rejects with
   */
  async withSecrets(resolve: ResolveSecret): Promise<UrlTemplate> {
    if (this.secretUris.length === 0) return this;
    const secrets = new Map<string, string>();
    for (const uri of this.secretUris) secrets.set(uri, await secretAt(uri, resolve));
    if (!isSecretAlone(this.parts)) {
      return new UrlTemplate(
        this.parts.map((part) =>
          part.kind === 'secret' ? { ...part, value: secrets.get(part.uri) } : part,
        ),
      );
    }
    const template = UrlTemplate.parse(secrets.values().next().value ?? '');
    if (template.secretUris.length === 0) return template;
    throw new UrlTemplateError('a secret that asks for secrets', 'Write the URL into it.');
  }
}

async function secretAt(uri: string, resolve: ResolveSecret): Promise<string> {
  const secret: unknown = await resolve(uri);
  if (typeof secret === 'string' && secret !== '') return secret;
  throw new Error(`there is no secret at ${uri}`);
}

function missingSecretOf(part: TemplatePart): string[] {
  return part.kind === 'secret' && part.value === undefined ? [part.uri] : [];
}

function isSecretAlone(parts: readonly TemplatePart[]): boolean {
  return parts.length === 1 && parts[0]?.kind === 'secret';
}

/** Checks the parts by filling them in. */
function sampleOf(parts: readonly TemplatePart[]): URL {
  const [first] = parts;
  const start = first?.kind === 'text' ? first.text : '';
  if (/^tunnel:/i.test(start)) {
    throw new UrlTemplateError(
      'a tunnel:// URL, which only the cloud understands',
      'Write the http URL of the local endpoint; this service reaches it without a tunnel.',
    );
  }
  if (!SCHEME.test(start)) throw new UrlTemplateError('no absolute http or https URL', EXAMPLE);
  if (parts.length > 1 && !BEGINNING.test(start)) {
    throw new UrlTemplateError('a parameter in the host', 'Write the host out.');
  }
  const sample = fill(parts, { hub: 'hub', event: 'event' });
  if (REWRITTEN.test(sample)) {
    throw new UrlTemplateError('a space, control character or backslash', 'Percent-encode it.');
  }
  if (sample.includes('#')) {
    throw new UrlTemplateError('a fragment, which is never sent', 'Remove it, or write %23 for #.');
  }
  const [authority = ''] = sample.replace(SCHEME, '').split(/[/?]/, 1);
  if (authority.includes('@')) {
    throw new UrlTemplateError(
      'a URL with credentials',
      'Put a shared secret into the query; it travels with every request.',
    );
  }
  if (authority === '' || !URL.canParse(sample)) {
    throw new UrlTemplateError('a URL with a host or port that is none', EXAMPLE);
  }
  return new URL(sample);
}

function fill(parts: readonly TemplatePart[], names: { hub: string; event: string }): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      return encode(part.kind === 'secret' ? (part.value ?? 'secret') : names[part.kind]);
    })
    .join('');
}

/** Leaves only what RFC 3986 calls unreserved. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/g, '');
  if (isIP(host) !== 0) return kindOfAddress(host) === 'loopback';
  return host === 'localhost' || host.endsWith('.localhost');
}

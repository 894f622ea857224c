import type { Cookie, CookieJar } from 'tough-cookie';
import type { Diagnostics } from '../../engine/ports/diagnostics.interface.js';

/** Most cookies of a connection, and most characters of their names and values together. */
const MAX_COOKIES = 50;
const MAX_CHARACTERS = 8 * 1024;

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/**
 * The cookies that webhooks have set, a jar for each logical connection (events.md 2.9). A jar goes
 * with the connection, and never meets another one.
 */
export class ConnectionCookies {
  readonly #jars = new WeakMap<object, CookieJar>();

  constructor(private readonly parts: { readonly diagnostics: Pick<Diagnostics, 'warn'> }) {}

  /** @returns the value of `Cookie`; `undefined` when nothing is to be sent */
  cookieHeader(identity: object, url: URL): string | undefined {
    return this.#jars.get(identity)?.getCookieStringSync(url.href) || undefined;
  }

  /**
   * Keeps what a successful answer has set. A cookie that cannot be kept is reported and dropped;
   * where there are too many, the oldest go. Never rejects.
   */
  async store(identity: object, url: URL, setCookieLines: readonly string[]): Promise<void> {
    if (setCookieLines.length === 0) return;
    // Only now: most applications set no cookies, and the list of public suffixes is long.
    const { Cookie, CookieJar } = await import('tough-cookie');
    const jar = this.#jars.get(identity) ?? new CookieJar();
    this.#jars.set(identity, jar);
    for (const line of setCookieLines.slice(0, MAX_COOKIES)) {
      const problem = keep(jar, Cookie.parse(line), url);
      if (problem === undefined) continue;
      this.parts.diagnostics.warn(`a cookie of ${url.host} was dropped: ${problem}`);
    }
    await dropOldest(jar);
  }
}

function keep(jar: CookieJar, cookie: Cookie | undefined, url: URL): string | undefined {
  if (cookie === undefined) return 'it is malformed';
  const text = cookie.cookieString();
  if (!PRINTABLE_ASCII.test(text)) return 'it has a character outside printable ASCII';
  if (text.length > MAX_CHARACTERS) return `it is longer than ${MAX_CHARACTERS} characters`;
  try {
    jar.setCookieSync(cookie, url.href);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'the jar refused it';
  }
}

async function dropOldest(jar: CookieJar): Promise<void> {
  const cookies = await jar.store.getAllCookies();
  let count = cookies.length;
  let characters = cookies.reduce((sum, cookie) => sum + cookie.cookieString().length, 0);
  for (const cookie of cookies) {
    if (count <= MAX_COOKIES && characters <= MAX_CHARACTERS) return;
    count -= 1;
    characters -= cookie.cookieString().length;
    await jar.store.removeCookie(cookie.domain, cookie.path, cookie.key);
  }
}

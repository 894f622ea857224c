/**
 * Stands for the HTTP response where code that was written for controllers looks for one, for example
 * exception filters and guards that set headers. What is sent with it is the answer to the event, as a
 * webhook would give it: from status 400 on a refusal, otherwise the result. Headers go nowhere.
 *
 * @example
 * ```ts
 * @Catch(QuotaError)
 * export class QuotaFilter implements ExceptionFilter {
 *   catch(error: QuotaError, host: ArgumentsHost) {
 *     host.switchToHttp().getResponse().status(429).json({ message: error.message });
 *   }
 * }
 * ```
 */
export class EventResponse {
  /** 200 until something else is set. */
  statusCode = 200;
  readonly #headers = new Map<string, unknown>();
  #isSent = false;
  #body: unknown;

  /** Sets the status. */
  status(code: number): this {
    this.statusCode = code;
    return this;
  }

  /** Sets the status, in the words of Fastify. */
  code(code: number): this {
    return this.status(code);
  }

  /** Answers. */
  send(body?: unknown): this {
    // The first answer stands, as on a wire.
    if (this.#isSent) return this;
    this.#isSent = true;
    this.#body = body;
    return this;
  }

  /** Answers. */
  json(body?: unknown): this {
    return this.send(body);
  }

  /** Answers. */
  end(body?: unknown): this {
    return this.send(body);
  }

  /** Remembers a header, for whoever asks for it. */
  setHeader(name: string, value: unknown): this {
    this.#headers.set(name.toLowerCase(), value);
    return this;
  }

  /** Remembers a header, or several. */
  set(name: string | Readonly<Record<string, unknown>>, value?: unknown): this {
    if (typeof name === 'string') return this.setHeader(name, value);
    for (const [key, each] of Object.entries(name)) this.setHeader(key, each);
    return this;
  }

  /** Remembers a header, or several. */
  header(name: string | Readonly<Record<string, unknown>>, value?: unknown): this {
    return this.set(name, value);
  }

  /** Remembers the content type. */
  type(contentType: string): this {
    return this.setHeader('content-type', contentType);
  }

  /** A header that was set. */
  getHeader(name: string): unknown {
    return this.#headers.get(name.toLowerCase());
  }

  /** A header that was set, in the words of Express. */
  get(name: string): unknown {
    return this.getHeader(name);
  }

  /** Forgets a header. */
  removeHeader(name: string): void {
    this.#headers.delete(name.toLowerCase());
  }

  /** What was sent. */
  get body(): unknown {
    return this.#body;
  }

  /** Whether there is an answer. */
  get headersSent(): boolean {
    return this.#isSent;
  }

  /** Whether there is an answer, in the words of Fastify. */
  get sent(): boolean {
    return this.#isSent;
  }

  /** Itself: Fastify keeps the response of Node there. */
  get raw(): this {
    return this;
  }

  /** Whether it says no. */
  get refuses(): boolean {
    return this.statusCode >= 400;
  }
}

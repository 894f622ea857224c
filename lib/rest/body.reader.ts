import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { serviceErrors } from '../errors/service-errors.js';
import { contentLengthOf, readBody } from '../http/raw-body.js';
import { REST_SETTINGS, type RestSettings } from './rest.settings.js';

/** Reads bodies, and no more of them than is allowed (rest.md 4, stages 8 and 10). */
@Injectable()
export class BodyReader {
  constructor(@Inject(REST_SETTINGS) private readonly settings: RestSettings) {}

  /** @throws {@link WebPubSubError} 400 when the request itself says that its body is too long */
  checkAnnouncedLength(request: IncomingMessage): void {
    if ((contentLengthOf(request) ?? 0) > this.settings.maxMessageBytes) throw this.#tooLong();
  }

  /** @throws {@link WebPubSubError} 400 for a body that is too long, or has no end */
  async read(request: IncomingMessage): Promise<Buffer> {
    const body = await readBody(request, this.settings.maxMessageBytes);
    if (body === undefined) throw this.#tooLong();
    return body;
  }

  #tooLong(): Error {
    return serviceErrors.badRequest(
      `The request body is longer than ${this.settings.maxMessageBytes} bytes.`,
    );
  }
}

import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Metadata } from '../engine/message.js';
import type { Payload } from '../engine/payload.js';
import { serviceErrors } from '../errors/service-errors.js';
import { payloadReaderFor } from './content-type.js';
import { metadataIn } from './metadata-headers.js';
import { contentLengthOf, contentTypeOf, readBody } from './platform/raw-body.js';
import { headerEntries, type PlatformRequest, rawRequest } from './platform/raw-exchange.js';
import { REST_SETTINGS, type RestSettings } from './rest.settings.js';

/** What a send carries besides its parameters. */
export interface SentMessage {
  readonly payload: Payload;
  readonly metadata: Metadata | undefined;
}

/** Reads the message of a send, the way to the body guarded step by step (rest.md 4, stages 8 to 12). */
@Injectable()
export class MessageReader {
  constructor(@Inject(REST_SETTINGS) private readonly settings: RestSettings) {}

  /** @throws {@link WebPubSubError} 400, {@link RefusedRequest} 415 */
  async read(platformRequest: PlatformRequest): Promise<SentMessage> {
    const request = rawRequest(platformRequest);
    this.#checkAnnouncedLength(request);
    const toPayload = payloadReaderFor(contentTypeOf(request));
    const body = await readBody(request, this.settings.maxMessageBytes);
    if (body === undefined) throw this.#tooLong();
    return { payload: toPayload(body), metadata: metadataIn(headerEntries(request)) };
  }

  #checkAnnouncedLength(request: IncomingMessage): void {
    const length = contentLengthOf(request);
    if (length === undefined) {
      if (!this.settings.requireContentLength) return;
      throw serviceErrors.badRequest('Invalid Content-Length header.');
    }
    if (length > this.settings.maxMessageBytes) throw this.#tooLong();
  }

  #tooLong(): Error {
    return serviceErrors.badRequest(
      `The request body is longer than ${this.settings.maxMessageBytes} bytes.`,
    );
  }
}

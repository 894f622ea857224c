import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Metadata } from '../engine/message.js';
import type { Payload } from '../engine/payload.js';
import { serviceErrors } from '../errors/service-errors.js';
import { contentLengthOf, contentTypeOf } from '../http/raw-body.js';
import { headerEntries, type PlatformRequest, rawRequest } from '../http/raw-exchange.js';
import { BodyReader } from './body.reader.js';
import { payloadReaderFor } from './content-type.js';
import { metadataIn } from './metadata-headers.js';
import { REST_SETTINGS, type RestSettings } from './rest.settings.js';

/** What a send carries besides its parameters. */
export interface SentMessage {
  readonly payload: Payload;
  readonly metadata: Metadata | undefined;
}

/** Reads the message of a send, the way to the body guarded step by step (rest.md 4, stages 8 to 12). */
@Injectable()
export class MessageReader {
  constructor(
    private readonly bodies: BodyReader,
    @Inject(REST_SETTINGS) private readonly settings: RestSettings,
  ) {}

  /** @throws {@link WebPubSubError} 400, {@link RefusedRequest} 415 */
  async read(platformRequest: PlatformRequest): Promise<SentMessage> {
    const request = rawRequest(platformRequest);
    this.#requireLength(request);
    this.bodies.checkAnnouncedLength(request);
    const toPayload = payloadReaderFor(contentTypeOf(request));
    const body = await this.bodies.read(request);
    return { payload: toPayload(body), metadata: metadataIn(headerEntries(request)) };
  }

  #requireLength(request: IncomingMessage): void {
    if (!this.settings.requireContentLength || contentLengthOf(request) !== undefined) return;
    throw serviceErrors.badRequest('Invalid Content-Length header.');
  }
}

import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Metadata } from '../engine/message.js';
import type { Payload } from '../engine/payload.js';
import { serviceErrors } from '../errors/service-errors.js';
import { contentLengthOf, contentTypeOf } from '../http/raw-body.js';
import { headerEntries, type PlatformRequest, rawRequest } from '../http/raw-exchange.js';
import { BodyReader } from './body.reader.js';
import { payloadReaderFor, type PayloadReader } from './content-type.js';
import { METADATA_PREFIX, metadataIn } from './metadata-headers.js';
import { REST_SETTINGS, type RestSettings } from './rest.settings.js';

/** Spellings of content types that are remembered. */
const MAX_READERS = 32;

/** What a send carries besides its parameters. */
export interface SentMessage {
  readonly payload: Payload;
  readonly metadata: Metadata | undefined;
}

/** Reads the message of a send, the way to the body guarded step by step (rest.md 4, stages 8 to 12). */
@Injectable()
export class MessageReader {
  readonly #readers = new Map<string, PayloadReader>();

  constructor(
    private readonly bodies: BodyReader,
    @Inject(REST_SETTINGS) private readonly settings: RestSettings,
  ) {}

  /** @throws {@link WebPubSubError} 400, {@link RefusedRequest} 415 */
  async read(platformRequest: PlatformRequest): Promise<SentMessage> {
    const request = rawRequest(platformRequest);
    this.#requireLength(request);
    this.bodies.checkAnnouncedLength(request);
    const toPayload = this.#readerFor(contentTypeOf(request));
    const body = await this.bodies.read(request);
    return {
      payload: toPayload(body),
      metadata: metadataIn(headerEntries(request, METADATA_PREFIX)),
    };
  }

  /** Callers have few content types, and making sense of one takes longer than a small body. */
  #readerFor(contentType: string): PayloadReader {
    const known = this.#readers.get(contentType);
    if (known !== undefined) return known;
    const reader = payloadReaderFor(contentType);
    if (this.#readers.size < MAX_READERS) this.#readers.set(contentType, reader);
    return reader;
  }

  #requireLength(request: IncomingMessage): void {
    if (!this.settings.requireContentLength || contentLengthOf(request) !== undefined) return;
    throw serviceErrors.badRequest('Invalid Content-Length header.');
  }
}

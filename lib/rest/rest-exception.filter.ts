import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { sendAnswer } from './answers.js';
import { answerTo } from './error-answer.js';
import {
  headerValues,
  type PlatformRequest,
  type PlatformResponse,
  rawRequest,
} from '../http/raw-exchange.js';

/**
 * Gives every failure of our routes the form that callers of the service know. Bound to our
 * controllers, it comes before the filters of the application.
 */
@Catch()
export class RestExceptionFilter implements ExceptionFilter {
  readonly #logger = new Logger('WebPubSubRest');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = rawRequest(http.getRequest<PlatformRequest>());
    const answer = answerTo(error, headerValues(request, 'accept').join(', '));
    const headers =
      answer.status >= 500 ? { ...answer.headers, ...this.#report(error) } : answer.headers;
    sendAnswer(http.getResponse<PlatformResponse>(), { ...answer, headers });
  }

  /** Logs what the caller must not see. @returns the header by which the log entry is found */
  #report(error: unknown): { 'x-ms-request-id': string } {
    const id = randomUUID();
    this.#logger.error(`Request ${id} failed: ${inspect(error)}`);
    return { 'x-ms-request-id': id };
  }
}

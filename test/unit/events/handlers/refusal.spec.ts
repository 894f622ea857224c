import {
  BadRequestException,
  ForbiddenException,
  HttpException,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import { WebPubSubError } from '../../../../lib/errors/web-pubsub.error.js';
import { ConnectRejection } from '../../../../lib/events/handlers/answers/connect-rejection.exception.js';
import { refusedConnect, refusedEvent } from '../../../../lib/events/handlers/answers/refusal.js';

const notFound = new WebPubSubError('gone', { code: 'X', statusCode: 404 });
const invalid = new BadRequestException(['text must be a string', 'text is short']);

describe('what an error says to a client', () => {
  it.each([
    [new UnauthorizedException('who?'), 401, 'who?', 'Forbidden'],
    [new ForbiddenException('no'), 403, 'no', 'Forbidden'],
    [invalid, 400, 'text must be a string; text is short', 'BadRequest'],
    [new HttpException('slow down', 429), 429, 'slow down', 'BadRequest'],
    [notFound, 404, 'gone', 'BadRequest'],
    [new ServiceUnavailableException('later'), 503, 'later', undefined],
    [new HttpException('odd', 200), 500, 'odd', undefined],
    [new HttpException('odd', 302), 500, 'odd', undefined],
    [new HttpException('odd', 999), 500, 'odd', undefined],
  ])('refuses with the status of %p', (error, status, detail, failure) => {
    expect(refusedConnect(error)).toEqual({ accepted: false, status, detail });
    expect(refusedEvent(error, false)).toEqual({
      handled: false,
      status,
      detail,
      ...(failure && { failure }),
    });
  });

  it.each([[new Error('bug')], ['text'], [undefined], [null], [{ status: 403 }]])(
    'takes %p for a fault',
    (error) => {
      expect(refusedConnect(error)).toBeUndefined();
      expect(refusedEvent(error, true)).toBeUndefined();
    },
  );

  it('tells MQTT clients why an event failed (events.md 9.5)', () => {
    expect(refusedEvent(invalid, true)).toMatchObject({
      mqtt: { status: 400, payload: { dataType: 'json' } },
    });
    const text = refusedEvent(new HttpException('slow down', 429), true);
    expect(text?.mqtt?.payload?.bytes.toString()).toBe('slow down');
    expect(refusedEvent(notFound, true)?.mqtt).toEqual({ status: 404 });
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(refusedEvent(new HttpException(circle, 400), true)?.mqtt).toEqual({ status: 400 });
  });

  it('takes the CONNACK of a rejection (events.md 9.3)', () => {
    const mqtt = { code: 135, reason: 'badge expired' };
    expect(refusedConnect(new ConnectRejection(401, 'badge expired', mqtt))).toEqual({
      accepted: false,
      status: 401,
      detail: 'badge expired',
      mqtt,
    });
  });
});

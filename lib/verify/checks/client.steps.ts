import { expectEqual } from '../check.outcomes.js';
import type { VerifyClient } from '../verify.client.js';

/** The payload members of most messages that clients send. */
export const PLAIN_X = { dataType: 'text', data: 'x' } as const;

type Frame = Readonly<Record<string, unknown>>;

/** Fails unless the next frame after this one is that. */
export async function expectAnswer(
  client: VerifyClient,
  request: Frame,
  answer: Frame,
): Promise<void> {
  client.sendJson(request);
  expectEqual(await client.hearJson(), answer, `the answer to ${String(request['type'])}`);
}

/** Fails unless a request, which has an `ackId`, succeeds. */
export async function expectAck(client: VerifyClient, request: Frame): Promise<void> {
  await expectAnswer(client, request, { type: 'ack', ackId: request['ackId'], success: true });
}

/** Fails unless a request, which has an `ackId`, is forbidden. */
export async function expectForbidden(
  client: VerifyClient,
  request: Frame,
  what: 'join' | 'leave' | 'send to',
): Promise<void> {
  const message = `The client does not have permission to ${what} group '${String(request['group'])}'.`;
  await expectAnswer(client, request, {
    type: 'ack',
    ackId: request['ackId'],
    success: false,
    error: { name: 'Forbidden', message },
  });
}

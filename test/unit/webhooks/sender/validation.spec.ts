import type { ScriptedAnswer, Script } from '../../../support/webhook.receiver.js';
import { connectEvent, ORIGIN, SenderRig, userEvent } from './support/sender.rig.js';

let rig: SenderRig;
beforeAll(async () => {
  rig = await SenderRig.start();
});
beforeEach(() => rig.reset());
afterAll(() => rig.close());

const REFUSES: ScriptedAnswer = { status: 400 };

function consent(...lines: string[]): ScriptedAnswer {
  return { status: 200, headers: lines.map((line) => ['WebHook-Allowed-Origin', line]) };
}

/** `taken`, or why not. */
async function raise(handler = rig.handler()): Promise<string> {
  return handler.userEvent(userEvent(), rig.call()).then(
    () => 'taken',
    (error: Error) => error.message,
  );
}

function methods(): string {
  return rig.receiver.requests.map(({ method }) => method).join(' ');
}

describe('Asking a webhook for its consent', () => {
  it('V1 sends one bare OPTIONS request before the first event', async () => {
    expect(await raise()).toBe('taken');
    const [validation, post] = rig.receiver.requests;
    expect(methods()).toBe('OPTIONS POST');
    expect(validation?.target).toBe('/e/chat/validate');
    expect(post?.target).toBe('/e/chat/e1');
    expect(validation?.body).toHaveLength(0);
    expect(validation?.rawHeaders).toEqual([
      'Host',
      `127.0.0.1:${rig.receiver.port}`,
      'WebHook-Request-Origin',
      ORIGIN,
      'ce-awpsversion',
      '1.0',
      'Connection',
      'keep-alive',
    ]);
  });

  it.each<[string, ScriptedAnswer]>([
    ['V2 a star', consent('*')],
    ['V3 204 and the origin in other case', { ...consent(ORIGIN.toUpperCase()), status: 204 }],
    ['V4 a good line behind a bad one', consent('other.example', ORIGIN)],
    ['V4 a good line before a bad one', consent(ORIGIN, 'other.example')],
    ['blanks around the origin', consent(`  ${ORIGIN} `)],
  ])('passes: %s', async (_case, answer) => {
    rig.receiver.onValidation = () => answer;
    expect(await raise()).toBe('taken');
  });

  it.each<[string, ScriptedAnswer, string, string]>([
    [
      'V5 a list in one line',
      consent(`other.example, ${ORIGIN}`),
      'origin',
      'no WebHook-Allowed-Origin of its answer is * or a host of this service',
    ],
    ['V6 no header', { status: 200 }, 'origin', 'its answer has no WebHook-Allowed-Origin'],
    ['V7 400 with a good header', { ...consent('*'), status: 400 }, 'status', 'it answered 400'],
    ['V9 405', { ...consent('*'), status: 405 }, 'status', 'it answered 405'],
    [
      'a redirect',
      { status: 302, headers: [['Location', '/elsewhere']] },
      'status',
      'it answered 302',
    ],
    [
      'a part of the origin',
      consent('webpubsub.example'),
      'origin',
      'no WebHook-Allowed-Origin of its answer is * or a host of this service',
    ],
  ])('refuses with nothing sent: %s', async (_case, answer, failure, message) => {
    rig.receiver.onValidation = () => answer;
    const handler = rig.handler();
    expect(await raise(handler)).toBe(`it did not pass validation: ${message}`);
    expect(methods()).toBe('OPTIONS');
    expect(rig.warnings).toEqual([`${handler.name} did not pass validation: ${message}`]);
    expect(await handler.validate()).toEqual({ passed: false, failure, message });
  });

  it.each<[string, ScriptedAnswer, string, string]>([
    ['V8 passes when GET does', consent('*'), 'OPTIONS GET POST', 'taken'],
    [
      'refuses when GET does',
      REFUSES,
      'OPTIONS GET',
      'it did not pass validation: it answered 400',
    ],
    [
      'sends GET once',
      { status: 503 },
      'OPTIONS GET',
      'it did not pass validation: it answered 503',
    ],
  ])('tries GET after 404: %s', async (_case, answer, expected, outcome) => {
    rig.receiver.onValidation = ({ method }) => (method === 'GET' ? answer : { status: 404 });
    expect(await raise()).toBe(outcome);
    expect(methods()).toBe(expected);
    const [options, get] = rig.receiver.validations;
    expect(get?.target).toBe(options?.target);
    expect(get?.rawHeaders).toEqual(options?.rawHeaders);
  });

  it.each<[string, ScriptedAnswer | 'reset']>([
    ['V10 503', { status: 503 }],
    ['408', { status: 408 }],
    ['a lost connection', 'reset'],
  ])('asks again after %s', async (_case, reaction) => {
    rig.receiver.onValidation = (_request, index) => (index < 2 ? reaction : consent('*'));
    expect(await raise()).toBe('taken');
    expect(methods()).toBe('OPTIONS OPTIONS OPTIONS POST');
    expect(rig.waits).toEqual([1000, 3000]);
  });

  it('V11 gives up at the limit, with no further attempt', async () => {
    rig.reset({ validationTimeoutMs: 30 });
    rig.receiver.onValidation = () => 'hang';
    const message = 'there was no answer within 30 ms';
    expect(await raise()).toBe(`it did not pass validation: ${message}`);
    expect(methods()).toBe('OPTIONS');
  });

  it('gives up when the application closes', async () => {
    rig.receiver.onValidation = () => 'hang';
    const outcome = raise();
    await rig.receiver.validated(1);
    rig.parts.validations.close();
    expect(await outcome).toMatch(/the request was aborted$/);
    expect(await rig.receiver.validations[0]?.aborted).toBe(true);
  });

  it('V12 asks once for events at the same time', async () => {
    const handler = rig.handler();
    expect(await Promise.all(Array.from({ length: 5 }, () => raise(handler)))).toEqual(
      Array.from({ length: 5 }, () => 'taken'),
    );
    expect(methods()).toBe('OPTIONS POST POST POST POST POST');
  });

  it('asks once for webhooks with the same URL, and again for another hub', async () => {
    await raise(rig.handler());
    await raise(rig.handler({ userEventPattern: 'e1' }));
    expect(rig.receiver.validations).toHaveLength(1);
    await raise(rig.handler({ hub: 'news' }));
    expect(rig.receiver.validations.map(({ target }) => target)).toEqual([
      '/e/chat/validate',
      '/e/news/validate',
    ]);
  });

  it('V13 V14 keeps consent for a minute, and asks again behind the back of the next event', async () => {
    const handler = rig.handler();
    await raise(handler);
    rig.now += 10_000;
    await raise(handler);
    expect(methods()).toBe('OPTIONS POST POST');
    rig.now += 51_000;
    rig.receiver.onValidation = () => REFUSES;
    const warning = rig.warning();
    expect(await raise(handler)).toBe('taken');
    await warning;
    expect(await raise(handler)).toBe('it did not pass validation: it answered 400');
    expect(rig.receiver.validations).toHaveLength(2);
    expect(rig.receiver.posts).toHaveLength(3);
  });

  it('goes on sending while the check after a minute has no answer', async () => {
    const handler = rig.handler();
    await raise(handler);
    rig.now += 60_000;
    rig.receiver.onValidation = () => 'hang';
    expect([await raise(handler), await raise(handler)]).toEqual(['taken', 'taken']);
    await rig.receiver.validated(2);
    expect(rig.receiver.validations).toHaveLength(2);
  });

  it('V15 asks again after 1, 2, 4, 8, 16, 32, 60 and 60 seconds, when events arrive', async () => {
    const handler = rig.handler();
    rig.receiver.onValidation = () => REFUSES;
    await raise(handler);
    for (const [index, seconds] of [1, 2, 4, 8, 16, 32, 60, 60].entries()) {
      rig.now += seconds * 1000 - 1;
      await raise(handler);
      expect(rig.receiver.validations).toHaveLength(index + 1);
      rig.now += 1;
      await raise(handler);
      expect(rig.receiver.validations).toHaveLength(index + 2);
    }
    rig.now += 60_000;
    rig.receiver.onValidation = () => consent('*');
    expect(await raise(handler)).toBe('taken');
  });

  it('begins with 1 second again after a success', async () => {
    const answers = [REFUSES, REFUSES, consent('*'), REFUSES, REFUSES];
    const handler = rig.handler();
    rig.receiver.onValidation = (_request, index) => answers[index] ?? REFUSES;
    for (const seconds of [0, 1, 2]) {
      rig.now += seconds * 1000;
      await raise(handler);
    }
    await handler.validate();
    rig.now += 1000;
    await raise(handler);
    expect(rig.receiver.validations).toHaveLength(5);
  });

  it('V16 fails connect without asking it', async () => {
    rig.receiver.onValidation = () => REFUSES;
    await expect(rig.handler().connect(connectEvent(), rig.call())).rejects.toThrow(
      'it did not pass validation: it answered 400',
    );
    expect(rig.receiver.posts).toHaveLength(0);
  });

  it('V17 keeps the query on both requests', async () => {
    await raise(rig.handler({ path: '/fixed?code=k&n={event}' }));
    expect(rig.receiver.requests.map(({ target }) => target)).toEqual([
      '/fixed?code=k&n=validate',
      '/fixed?code=k&n=e1',
    ]);
  });

  it('V18 takes no cookie from it', async () => {
    rig.receiver.onValidation = () => ({
      status: 200,
      headers: [
        ['WebHook-Allowed-Origin', '*'],
        ['Set-Cookie', 'r=1; Path=/'],
      ],
    });
    expect(await raise()).toBe('taken');
    expect(rig.receiver.posts[0]?.header('Cookie')).toBeUndefined();
  });

  it.each(['b.example', 'A.EXAMPLE', 'a.example, b.example'])(
    'V19 passes with several origins when a line is %s',
    async (line) => {
      rig.reset({ origins: () => ['a.example', 'b.example'] });
      rig.receiver.onValidation = () => consent(line);
      expect(await raise()).toBe('taken');
      for (const request of rig.receiver.requests) {
        expect(request.header('WebHook-Request-Origin')).toBe('a.example, b.example');
      }
    },
  );

  it('is left out where it is switched off', async () => {
    const handler = rig.handler({ validate: false });
    expect(await raise(handler)).toBe('taken');
    expect(await handler.validate()).toEqual({ passed: true });
    expect(methods()).toBe('POST');
  });

  it('is done at once by validate(), whose result events use', async () => {
    const handler = rig.handler();
    const answers: Script = (_request, index) => (index === 0 ? REFUSES : consent('*'));
    rig.receiver.onValidation = answers;
    expect(await handler.validate()).toMatchObject({ passed: false, failure: 'status' });
    expect(await handler.validate()).toEqual({ passed: true });
    expect(await raise(handler)).toBe('taken');
    expect(methods()).toBe('OPTIONS OPTIONS POST');
  });
});

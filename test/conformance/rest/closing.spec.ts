import { ReliableClient } from '../../support/reliable.client.js';
import { SURFACES } from '../../support/platforms.js';
import { done } from './answers.js';
import { useScene } from './scene.js';

const NORMAL = { code: 1000, reason: '' };
const CLOSED = 'Application server closed the connection.';

function disconnected(message: string): string {
  return JSON.stringify({ type: 'system', event: 'disconnected', message });
}

describe.each(SURFACES)('closing a connection on %s', (platform) => {
  const scene = useScene(platform);

  it.each([
    { id: 'G1', query: '?reason=bye', message: `${CLOSED} Reason: bye` },
    { id: 'G2', query: '', message: CLOSED },
    { id: 'G2', query: '?reason=', message: CLOSED },
    {
      id: 'G5',
      query: `?reason=${'r'.repeat(2000)}`,
      message: `${CLOSED} Reason: ${'r'.repeat(2000)}`,
    },
    { id: '1.3', query: '?reason=a+b%2B%20c', message: `${CLOSED} Reason: a b+ c` },
    { id: '1.3', query: '?reason=%22%0A%C3%A9', message: `${CLOSED} Reason: "\n\u00e9` },
  ])('$id tells a JSON client why at $query', async ({ query, message }) => {
    const { J1 } = await scene().cast({ J1: { groups: ['g1'] } });
    expect(await scene().call('DELETE', `/connections/{c1}${query}`)).toEqual(done(204));
    for (const operation of ['/connections/{c1}', '/users/u1', '/groups/g1']) {
      expect(await scene().status('HEAD', operation)).toBe(404);
    }
    expect(await J1.hear()).toBe(disconnected(message));
    expect(await J1.closed).toEqual(NORMAL);
    expect(J1.unheard).toEqual([]);
  });

  it('G1 tells event handlers why', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    await scene().call('DELETE', '/connections/{c1}?reason=bye');
    const event = await scene().stage.sink.until('disconnecteds');
    expect(event).toMatchObject({
      reason: `${CLOSED} Reason: bye`,
      connection: { connectionId: J1.id },
    });
  });

  it('G3 tells a raw client nothing', async () => {
    const { W3 } = await scene().cast({ W3: {} });
    expect(await scene().call('DELETE', '/connections/{c3}?reason=bye')).toEqual(done(204));
    expect(await W3.closed).toEqual(NORMAL);
    expect(W3.unheard).toEqual([]);
  });

  it('G4 is done with an unknown connection', async () => {
    expect(await scene().call('DELETE', '/connections/no-such')).toEqual(done(204));
  });

  it('G4 is done with a connection that is closed already', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    expect(await scene().call('DELETE', '/connections/{c1}?reason=first')).toEqual(done(204));
    expect(await scene().call('DELETE', '/connections/{c1}?reason=second')).toEqual(done(204));
    expect(await J1.hear()).toBe(disconnected(`${CLOSED} Reason: first`));
    await J1.closed;
    expect(J1.unheard).toEqual([]);
  });

  it('5.4 closes no other connection', async () => {
    const { J1, J2 } = await scene().cast({ J1: {}, J2: {} });
    await scene().call('DELETE', '/connections/{c1}');
    await J1.closed;
    expect(await scene().heard(J2)).toEqual([]);
    expect(await scene().status('HEAD', '/users/u1')).toBe(200);
  });

  it('0.2 closes no connection of another hub', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    expect(await scene().call('DELETE', '/api/hubs/other/connections/{c1}')).toEqual(done(204));
    expect(await scene().heard(J1)).toEqual([]);
  });
});

describe.each(SURFACES)('closing many connections on %s', (platform) => {
  const scene = useScene(platform);
  const cast = async () =>
    await scene().cast({ J1: { groups: ['g1'] }, J2: {}, W3: { groups: ['g2'] } });

  it('G6 closes all of the hub but those excluded', async () => {
    const { J1, J2, W3 } = await cast();
    const operation = '/:closeConnections?excluded={c2}&reason=bye';
    expect(await scene().call('POST', operation)).toEqual(done(204));
    expect(await J1.hear()).toBe(disconnected(`${CLOSED} Reason: bye`));
    expect(await J1.closed).toEqual(NORMAL);
    expect(await W3.closed).toEqual(NORMAL);
    expect(W3.unheard).toEqual([]);
    expect(await scene().heard(J2)).toEqual([]);
  });

  it('G7 closes the members of a group', async () => {
    const { J1, J2, W3 } = await cast();
    expect(await scene().call('POST', '/groups/g1/:closeConnections')).toEqual(done(204));
    expect(await scene().status('HEAD', '/groups/g1')).toBe(404);
    expect(await J1.hear()).toBe(disconnected(CLOSED));
    expect(await J1.closed).toEqual(NORMAL);
    expect(await scene().heard(J2)).toEqual([]);
    expect(await scene().heard(W3)).toEqual([]);
  });

  it('G8 closes the connections of a user', async () => {
    const { J1, J2, W3 } = await cast();
    const operation = '/users/u1/:closeConnections?excluded={c1}';
    expect(await scene().call('POST', operation)).toEqual(done(204));
    expect(await J2.hear()).toBe(disconnected(CLOSED));
    expect(await J2.closed).toEqual(NORMAL);
    expect(await scene().heard(J1)).toEqual([]);
    expect(await scene().heard(W3)).toEqual([]);
  });

  it.each(['', '/groups/g1', '/users/u1'])('G9 is done with nobody at %s', async (target) => {
    expect(await scene().call('POST', `${target}/:closeConnections`)).toEqual(done(204));
  });

  it.each(['2020-10-01', '2021-05-01-preview', '2021-10-01'])(
    '12.2 answers 204 under %s too',
    async (version) => {
      const answer = await scene().call('POST', '/:closeConnections', { version });
      expect(answer).toEqual(done(204));
    },
  );

  it.each([
    { method: 'DELETE', operation: (id: string) => `/connections/${id}` },
    { method: 'POST', operation: () => '/:closeConnections' },
  ])('G10 ends a detached connection at $method', async ({ method, operation }) => {
    const R = await ReliableClient.connect(scene().stage, { userId: 'rob' });
    await R.cut();
    expect(await scene().status('HEAD', `/connections/${R.id}`)).toBe(200);
    expect(await scene().call(method, operation(R.id))).toEqual(done(204));
    expect(await scene().status('HEAD', `/connections/${R.id}`)).toBe(404);
    expect(await ReliableClient.refusal(R.recoveryUrl())).toEqual({
      code: 1008,
      reason: 'The connection could not be recovered.',
    });
  });

  it('5.5 closes none of another hub', async () => {
    const { J1 } = await cast();
    expect(await scene().call('POST', '/api/hubs/other/:closeConnections')).toEqual(done(204));
    expect(await scene().heard(J1)).toEqual([]);
  });
});

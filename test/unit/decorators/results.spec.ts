import { concat, from, throwError, lastValueFrom, NEVER, Observable, Subject, toArray } from 'rxjs';
import {
  CloseConnection,
  GroupExists,
  SendToAll,
  SendToGroup,
  UserExists,
} from 'nestjs-web-pubsub';
import { deferred } from '../../support/deferred.js';
import { provide } from './support/decorated.app.js';

class Values {
  @SendToAll()
  give(value: unknown): unknown {
    return value;
  }

  @SendToAll()
  async later(value: unknown): Promise<unknown> {
    return await Promise.resolve(value);
  }
}

describe('a value', () => {
  it.each([
    ['text', '"text"'],
    [0, '0'],
    [false, 'false'],
    [null, 'null'],
    [{ a: 1 }, '{"a":1}'],
    [Buffer.from('bytes'), 'bytes'],
  ])('%p is sent', async (value, text) => {
    const { service, driver } = await provide(Values);
    expect(await service.give(value)).toBe(value);
    expect(await service.later(value)).toBe(value);
    expect(driver.sent).toEqual([text, text]);
  });

  it('is awaited whatever kind of promise brings it, once', async () => {
    const { service, driver } = await provide(Values);
    let runs = 0;
    const query = {
      // oxlint-disable-next-line unicorn/no-thenable -- what query builders return
      then: (resolve: (rows: unknown) => unknown) => resolve({ rows: ++runs }),
    };
    expect(await service.give(query)).toEqual({ rows: 1 });
    expect(driver.sent).toEqual(['{"rows":1}']);
  });

  it('is not sent when it is undefined', async () => {
    const { service, driver } = await provide(Values);
    await service.give(undefined);
    await service.later(undefined);
    expect(driver.sent).toEqual([]);
  });

  it('is returned only when it has been sent', async () => {
    const { service, driver } = await provide(Values);
    const sending = deferred<void>();
    driver.willAnswer('sendToAll', () => sending.promise);
    let isReturned = false;
    const result = Promise.resolve(service.give(1)).then(() => (isReturned = true));
    await new Promise(setImmediate);
    expect({ isReturned, sent: driver.sent }).toEqual({ isReturned: false, sent: ['1'] });
    sending.resolve();
    await result;
  });

  it('is not returned when sending it fails', async () => {
    const { service, driver } = await provide(Values);
    driver.willAnswer('sendToAll', () => {
      throw new Error('link down');
    });
    await expect(service.give(1)).rejects.toThrow('link down');
  });

  it('that cannot be sent rejects', async () => {
    const { service } = await provide(Values);
    await expect(service.give(1n)).rejects.toMatchObject({ code: 'InvalidPayload' });
  });
});

class Streams {
  @SendToAll()
  observe(source: Observable<unknown>): Observable<unknown> {
    return source;
  }

  @CloseConnection('c')
  end(source: Observable<unknown>): Observable<unknown> {
    return source;
  }

  @CloseConnection(({ result }) => result)
  endLast(source: Observable<unknown>): Observable<unknown> {
    return source;
  }

  @UserExists('ann')
  guarded(source: Observable<unknown>): Observable<unknown> {
    return source;
  }

  @SendToAll()
  iterate<T>(source: AsyncIterable<T>): AsyncIterable<T> {
    return source;
  }

  @SendToAll()
  async *count(to: number): AsyncGenerator<number> {
    for (let number = 1; number <= to; number++) yield number;
  }

  @CloseConnection(({ result }) => result)
  async *ids(): AsyncGenerator<string> {
    yield 'c1';
    yield 'c2';
  }

  @UserExists('ann')
  checked<T>(source: AsyncIterable<T>): AsyncIterable<T> {
    return source;
  }
}

describe('an Observable', () => {
  it('is sent value by value, in order, without those that are undefined', async () => {
    const { service, driver } = await provide(Streams);
    const values = await lastValueFrom(service.observe(from([1, undefined, 2])).pipe(toArray()));
    expect(values).toEqual([1, undefined, 2]);
    expect(driver.sent).toEqual(['1', '2']);
  });

  it('is not touched before somebody subscribes', async () => {
    const { service, driver } = await provide(Streams);
    let subscriptions = 0;
    service.observe(
      new Observable((subscriber) => {
        subscriptions++;
        subscriber.next(1);
      }),
    );
    await new Promise(setImmediate);
    expect({ subscriptions, sent: driver.sent }).toEqual({ subscriptions: 0, sent: [] });
  });

  it('has each value sent before the next, and passed on when sent', async () => {
    const { service, driver } = await provide(Streams);
    const sends = [deferred<void>(), deferred<void>()];
    driver.willAnswer('sendToAll', () => sends[driver.sent.length - 1]?.promise);
    const received: unknown[] = [];
    const source = new Subject<unknown>();
    const done = new Promise<void>((resolve) => {
      service.observe(source).subscribe({
        next: (value) => received.push(value),
        complete: resolve,
      });
    });
    source.next(1);
    source.next(2);
    source.complete();
    await new Promise(setImmediate);
    expect({ sent: driver.sent, received }).toEqual({ sent: ['1'], received: [] });
    sends[0]?.resolve();
    await new Promise(setImmediate);
    expect({ sent: driver.sent, received }).toEqual({ sent: ['1', '2'], received: [1] });
    sends[1]?.resolve();
    await done;
    expect(received).toEqual([1, 2]);
  });

  it('fails when a value cannot be sent', async () => {
    const { service } = await provide(Streams);
    await expect(lastValueFrom(service.observe(from([1n])))).rejects.toMatchObject({
      code: 'InvalidPayload',
    });
  });

  it('that fails has sent and passed on what came before', async () => {
    const { service, driver } = await provide(Streams);
    const received: unknown[] = [];
    const failure = await new Promise((resolve) => {
      service
        .observe(
          concat(
            from([1, 2]),
            throwError(() => 'broken'),
          ),
        )
        .subscribe({ next: (value) => received.push(value), error: resolve });
    });
    expect({ failure, received, sent: driver.sent }).toEqual({
      failure: 'broken',
      received: [1, 2],
      sent: ['1', '2'],
    });
  });

  it('shows its last value to an operation at its end', async () => {
    const { service, driver } = await provide(Streams);
    await lastValueFrom(service.endLast(from(['c1', 'c2'])));
    expect(driver.operations.map(({ args }) => args[0])).toEqual(['c2']);
  });

  it('unsubscribes from its source with its subscriber', async () => {
    const { service } = await provide(Streams);
    let isOpen = true;
    const source = new Observable(() => () => (isOpen = false));
    service.observe(source).subscribe().unsubscribe();
    expect(isOpen).toBe(false);
  });

  it('has an operation without a message carried out once, at its end', async () => {
    const { service, driver } = await provide(Streams);
    const source = new Subject<unknown>();
    const end = lastValueFrom(service.end(source));
    source.next(1);
    source.next(2);
    await new Promise(setImmediate);
    expect(driver.operations).toEqual([]);
    source.complete();
    expect(await end).toBe(2);
    expect(driver.operations).toHaveLength(1);
    service.end(NEVER).subscribe().unsubscribe();
    expect(driver.operations).toHaveLength(1);
  });

  it('comes behind a check as a promise of itself', async () => {
    const { service } = await provide(Streams);
    const source = from([1, 2]);
    const result = await (service.guarded(source) as unknown as Promise<Observable<unknown>>);
    expect(await lastValueFrom(result)).toBe(2);
  });
});

describe('an async iterable', () => {
  async function trace() {
    const { service, driver } = await provide(Streams);
    const events: string[] = [];
    driver.willAnswer('sendToAll', async () => {
      events.push('send');
      await new Promise(setImmediate);
      events.push('sent');
    });
    async function* numbers() {
      for (const number of [1, 2]) {
        events.push(`take ${number}`);
        yield number;
      }
    }
    return { driver, events, values: service.iterate(numbers()) };
  }

  it('passes each value on when it is sent, and takes the next one then', async () => {
    const { driver, events, values } = await trace();
    for await (const value of values) events.push(`got ${value}`);
    expect(driver.sent).toEqual(['1', '2']);
    const [first, second] = [events.slice(0, 4), events.slice(4)];
    expect(first).toEqual(['take 1', 'send', 'sent', 'got 1']);
    expect(second).toEqual(['take 2', 'send', 'sent', 'got 2']);
  });

  it('that is only awaited is run to its end, once, and gives its last value', async () => {
    const { driver, events, values } = await trace();
    const awaited = async (): Promise<unknown> => await Promise.resolve(values);
    expect([await awaited(), await awaited()]).toEqual([2, 2]);
    expect(driver.sent).toEqual(['1', '2']);
    expect(events).toEqual(['take 1', 'send', 'sent', 'take 2', 'send', 'sent']);
  });

  it('that cannot be sent rejects each time it is awaited', async () => {
    const { service } = await provide(Streams);
    const values = service.iterate(oneBigInt());
    const awaited = async (): Promise<unknown> => await Promise.resolve(values);
    await expect(awaited()).rejects.toMatchObject({ code: 'InvalidPayload' });
    await expect(awaited()).rejects.toMatchObject({ code: 'InvalidPayload' });
  });

  it('is not touched before somebody asks for a value', async () => {
    const { events, values } = await trace();
    await new Promise(setImmediate);
    expect(events).toEqual([]);
    for await (const _ of values) break;
    expect(events).toEqual(['take 1', 'send', 'sent']);
  });

  it('that has no value gives undefined and sends nothing', async () => {
    const { service, driver } = await provide(Streams);
    expect(await Promise.resolve(service.count(0))).toBeUndefined();
    expect(driver.sent).toEqual([]);
  });

  it('may be a generator method, whose type stays true', async () => {
    const { service, driver } = await provide(Streams);
    const numbers = service.count(3);
    expect(await numbers.next()).toEqual({ value: 1, done: false });
    expect(await numbers.return(0)).toEqual({ value: 0, done: true });
    expect(driver.sent).toEqual(['1']);
  });

  it('is closed when its reader stops', async () => {
    const { service } = await provide(Streams);
    let isClosed = false;
    async function* values() {
      try {
        yield 1;
        yield 2;
      } finally {
        isClosed = true;
      }
    }
    for await (const _ of service.iterate(values())) break;
    expect(isClosed).toBe(true);
  });

  it('has an operation without a message carried out at its end, with its last value', async () => {
    const { service, driver } = await provide(Streams);
    for await (const _ of service.ids()) break;
    expect(driver.operations).toEqual([]);
    for await (const _ of service.ids()) expect(driver.operations).toEqual([]);
    expect(driver.operations.map(({ args }) => args[0])).toEqual(['c2']);
  });

  it('comes behind a check alone as it is', async () => {
    const { service } = await provide(Streams);
    const source = numbersToTwo();
    expect(await Promise.resolve(service.checked(source))).toBe(source);
  });

  it('is closed when a value cannot be sent', async () => {
    const { service } = await provide(Streams);
    let isClosed = false;
    async function* values() {
      try {
        yield 1n;
      } finally {
        isClosed = true;
      }
    }
    await expect(service.iterate(values())).rejects.toMatchObject({ code: 'InvalidPayload' });
    expect(isClosed).toBe(true);
  });
});

async function* oneBigInt() {
  yield 1n;
}

async function* numbersToTwo() {
  yield 1;
  yield 2;
}

class Stacked {
  @SendToGroup('outer')
  @SendToGroup('inner')
  generated(): unknown {
    return numbersToTwo();
  }

  @SendToGroup('outer')
  @SendToGroup('inner')
  @UserExists('ann')
  value(): unknown {
    return 'text';
  }

  @UserExists('outer')
  @GroupExists('inner')
  checked(): unknown {
    return 'checked';
  }

  @SendToGroup('outer')
  @SendToGroup('inner')
  values(): Observable<unknown> {
    return from([1, 2]);
  }
}

describe('stacked decorators', () => {
  it('each act on a value, the inner first', async () => {
    const { service, driver } = await provide(Stacked);
    expect(await service.value()).toBe('text');
    expect(driver.operations.map(({ args }) => args[0])).toEqual(['ann', 'inner', 'outer']);
  });

  it('check from the outside in, and the first refusal is the last', async () => {
    const { service, driver } = await provide(Stacked);
    await service.checked();
    driver.willAnswer('userExists', () => false);
    await expect(service.checked()).rejects.toMatchObject({ status: 404 });
    expect(driver.operations.map(({ operation }) => operation)).toEqual([
      'userExists',
      'groupExists',
      'userExists',
    ]);
  });

  it('each act on every value of an Observable', async () => {
    const { service, driver } = await provide(Stacked);
    await lastValueFrom(service.values());
    const sentTo = (group: string) =>
      driver.operations.filter(({ args }) => args[0] === group).map(({ args }) => args[1]);
    expect(sentTo('inner')).toEqual(['1', '2']);
    expect(sentTo('outer')).toEqual(['1', '2']);
    expect(driver.operations.map(({ args }) => args[0]).slice(0, 2)).toEqual(['inner', 'outer']);
  });

  it('each act on every value of an async iterable', async () => {
    const { service, driver } = await provide(Stacked);
    await service.generated();
    const groups = driver.operations.map(({ args }) => args.slice(0, 2).join(' '));
    expect(groups).toEqual(['inner 1', 'outer 1', 'inner 2', 'outer 2']);
  });
});

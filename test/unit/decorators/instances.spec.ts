import { Inject, Injectable, Scope } from '@nestjs/common';
import { InjectHub, SendToAll, SendToGroup, WebPubSubError, WebPubSubHub } from 'nestjs-web-pubsub';
import { compile, provide } from './support/decorated.app.js';

@Injectable({ scope: Scope.REQUEST })
class PerRequest {
  @SendToAll()
  say(): unknown {
    return 'request';
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class Transient {
  @SendToAll()
  say(): unknown {
    return 'transient';
  }
}

@Injectable()
class Base {
  @SendToGroup('base')
  say(): unknown {
    return 'base';
  }

  async selfCall(): Promise<unknown> {
    return await this.say();
  }
}

@Injectable()
class Inheriting extends Base {
  @Inject('WORD') readonly word!: string;
}

@Injectable()
class Overriding extends Base {
  @SendToGroup('override')
  override say(): unknown {
    return 'override';
  }
}

@Injectable()
class Undecorated extends Base {
  override say(): unknown {
    return 'plain';
  }
}

@Injectable()
class Extending extends Base {
  @SendToGroup('more')
  more(): unknown {
    return 'more';
  }
}

function Mark(): MethodDecorator {
  return (_, __, descriptor) => Reflect.defineMetadata('mark', 1, descriptor.value as object);
}

function Shout(): MethodDecorator {
  return (_, __, descriptor) => {
    const method = descriptor.value as (this: unknown) => unknown;
    const shouting = async function (this: unknown): Promise<string> {
      return `${String(await method.call(this))}!`;
    };
    for (const key of Reflect.getOwnMetadataKeys(method) as unknown[]) {
      Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, method), shouting);
    }
    descriptor.value = shouting as typeof descriptor.value;
  };
}

const WORD = { provide: 'WORD', useValue: 'word' };

describe('an instance of Nest', () => {
  it.each([
    ['request-scoped', PerRequest, '"request"'],
    ['transient', Transient, '"transient"'],
  ])('that is %s sends', async (_, type, text) => {
    const { module, driver } = await compile({ providers: [type] });
    const service = await module.resolve<PerRequest | Transient>(type);
    await service.say();
    expect(driver.sent).toEqual([text]);
  });

  it.each([
    ['inherits the method', Inheriting, [['base', '"base"']]],
    ['overrides it, decorated', Overriding, [['override', '"override"']]],
    ['overrides it, undecorated', Undecorated, []],
    ['adds another', Extending, [['base', '"base"']]],
  ])('sends what its class says when it %s', async (_, type, sent) => {
    const { module, driver } = await compile({ providers: [type, WORD] });
    await module.get<Base>(type).selfCall();
    expect(driver.operations.map(({ args }) => args.slice(0, 2))).toEqual(sent);
  });

  it('keeps the properties that its own class injects', async () => {
    const { module } = await compile({ providers: [Inheriting, WORD] });
    expect(module.get(Inheriting).word).toBe('word');
  });

  it('sends through the hubs of its own application', async () => {
    const [one, two] = [await provide(Base), await provide(Base)];
    await one.service.say();
    expect(one.driver.sent).toEqual(['"base"']);
    expect(two.driver.sent).toEqual([]);
    await two.service.say();
    expect(two.driver.sent).toEqual(['"base"']);
    expect(one.driver.sent).toHaveLength(1);
  });

  it('shows nothing of the registry in JSON', async () => {
    const { service } = await provide(Base);
    expect(JSON.stringify(service)).toBe('{}');
  });
});

describe('an instance that Nest did not make', () => {
  it('is told so before the method runs', async () => {
    let runs = 0;
    class Lonely {
      @SendToAll()
      say(): unknown {
        return ++runs;
      }
    }
    const call = async () => await new Lonely().say();
    await expect(call()).rejects.toBeInstanceOf(WebPubSubError);
    await expect(call()).rejects.toMatchObject({
      code: 'HubRegistryMissing',
      message: expect.stringContaining('@SendToAll on Lonely.say'),
    });
    expect(runs).toBe(0);
  });
});

describe('a method without its instance', () => {
  it('is told so', async () => {
    const { service } = await provide(Base);
    // oxlint-disable-next-line typescript/unbound-method -- the mistake that is made here
    const { say } = service;
    const call = async () => await Reflect.apply(say, undefined, []);
    await expect(call()).rejects.toMatchObject({
      code: 'HubRegistryMissing',
      message: expect.stringContaining('@SendToGroup on Base.say: the method was called without'),
    });
  });
});

describe('a decorator in the wrong place', () => {
  it.each<[string, () => unknown]>([
    ['a static method', () => SendToAll()(class {}, 'run', { value: () => 1 })],
    ['a getter', () => SendToAll()({}, 'run', { get: () => 1 })],
    [
      'a property',
      () => Reflect.apply(SendToAll() as (...args: unknown[]) => unknown, undefined, [{}, 'run']),
    ],
  ])('is refused on %s when the class is defined', (_, decorate) => {
    expect(decorate).toThrow(TypeError);
    expect(decorate).toThrow('@SendToAll');
  });
});

describe('a decorated method', () => {
  it('keeps its name, its length and its metadata', () => {
    class Marked {
      @SendToAll()
      @Mark()
      below(_one: string, _two: string): void {}

      @Mark()
      @SendToAll()
      above(): void {}
    }
    const below: object = Marked.prototype['below'];
    const above: object = Marked.prototype['above'];
    expect(below).toHaveProperty('name', 'below');
    expect(below).toHaveLength(2);
    expect(Reflect.getMetadata('mark', below)).toBe(1);
    expect(Reflect.getMetadata('mark', above)).toBe(1);
  });
});

describe('a wrapper of somebody else between two decorators', () => {
  it('runs, even if it copies the metadata of the method', async () => {
    class Service {
      @SendToGroup('outer')
      @Shout()
      @SendToGroup('inner')
      say(): unknown {
        return 'hey';
      }
    }
    const { service, driver } = await provide(Service);
    expect(await service.say()).toBe('hey!');
    expect(driver.sent).toEqual(['"hey"', '"hey!"']);
  });
});

describe('@InjectHub', () => {
  it('injects the hub of that name, in any letter case', async () => {
    class Service {
      @InjectHub('Chat') readonly property!: WebPubSubHub;
      constructor(@InjectHub('chat') readonly chat: WebPubSubHub) {}
    }
    const { service } = await provide(Service);
    expect(service.chat).toBeInstanceOf(WebPubSubHub);
    expect(service.property).toBe(service.chat);
  });
});

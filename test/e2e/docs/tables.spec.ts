import * as api from 'nestjs-web-pubsub';
import { WebPubSubConfigurationError, WebPubSubHub } from 'nestjs-web-pubsub';
import { DEFAULT_LIMITS, MAX_MESSAGE_BYTES } from '../../../lib/engine/limits.js';
import { Filter } from '../../../lib/filter/filter.js';
import { OPERATIONS } from '../../../lib/rest/openapi.operations.js';
import { resolveConfiguration } from '../../../lib/web-pubsub.configuration.js';
import { MarkdownDocument } from '../../support/markdown.blocks.js';

const text = (cell = ''): string => cell.replaceAll('`', '');

async function rows(document: string, mark: string): Promise<string[][]> {
  return (await MarkdownDocument.read(document)).rows(mark);
}

describe('the table of operations', () => {
  /** Hub methods that are not called as the operation of the REST API is. */
  const RENAMED: Readonly<Record<string, string>> = {
    check: 'getServiceStatus',
    generateClientToken: 'getClientAccessToken',
    checkPermission: 'hasPermission',
  };

  it('has each operation once, with a method that exists', async () => {
    const methods = (await rows('README.md', 'operations')).map(([, method]) => text(method));
    const expected = Object.keys(OPERATIONS).map((name) => RENAMED[name] ?? name);
    expect(methods.toSorted()).toEqual(expected.toSorted());
    for (const method of methods) expect(WebPubSubHub.prototype).toHaveProperty(method);
  });

  it('has a decorator for each, which is exported', async () => {
    const decorators = (await rows('README.md', 'operations')).map(([, , name]) => text(name));
    expect(new Set(decorators).size).toBe(Object.keys(OPERATIONS).length);
    for (const name of decorators) expect(api).toHaveProperty(name.replace('@', ''));
  });
});

describe('the tables of options', () => {
  const DOCUMENTS = ['README.md', 'docs/events.md', 'docs/moving-to-azure-and-back.md'];
  /** Options with another one that does not exist, and how tables call what stands beside it. */
  const SECTIONS: readonly (readonly [options: object, prefix: string])[] = [
    [{ nonsense: 1 }, ''],
    [{ rest: { nonsense: 1 } }, 'rest.'],
    [{ websocket: { nonsense: 1 } }, 'websocket.'],
    [{ hubDefaults: { nonsense: 1 } }, 'hubDefaults.'],
    [{ hubs: { chat: { nonsense: 1 } } }, 'hubs.*.'],
    [{ hubs: { chat: { eventHandlers: [{ nonsense: 1 }] } } }, 'eventHandlers.'],
    [{ hubs: { chat: { eventListeners: [{ nonsense: 1 }] } } }, 'eventListeners.'],
    [{ events: { nonsense: 1 } }, 'events.'],
    [{ receiver: { nonsense: 1 } }, 'receiver.'],
    [{ azure: { nonsense: 1 } }, 'azure.'],
    [{ entra: { nonsense: 1 } }, 'entra.'],
    [{ limits: { nonsense: 1 } }, 'limits.'],
  ];
  /** Known only to be refused with a hint. */
  const REFUSED = new Set(['eventListeners.endpoint']);

  function optionsBeside([options, prefix]: (typeof SECTIONS)[number]): string[] {
    try {
      resolveConfiguration(options, { isProduction: false });
    } catch (error) {
      if (!(error instanceof WebPubSubConfigurationError)) throw error;
      const problem = error.problems.find(({ path }) => path.endsWith('nonsense'));
      const names = problem?.expected.replace('one of ', '').split(', ') ?? [];
      return names.map((name) => prefix + name).filter((name) => !REFUSED.has(name));
    }
    throw new Error(`${prefix}nonsense is an option`);
  }

  it('have every option that there is, and no other', async () => {
    const tables = await Promise.all(DOCUMENTS.map((document) => rows(document, 'options')));
    const shown = new Set(tables.flat().map(([option]) => text(option)));
    const known = SECTIONS.flatMap(optionsBeside);
    // A section whose options have rows needs none of its own.
    const isShown = (name: string): boolean =>
      shown.has(name) || [...shown].some((other) => other.startsWith(`${name}.`));
    expect(known.filter((name) => !isShown(name))).toEqual([]);
    expect([...shown].filter((name) => !known.includes(name))).toEqual([]);
  });

  it('have the limits as they are', async () => {
    const shown = (await rows('README.md', 'options'))
      .map(([option, value]) => [text(option), text(value)] as const)
      .filter(([option]) => option.startsWith('limits.'));
    const limits = { ...DEFAULT_LIMITS, messageBytes: MAX_MESSAGE_BYTES };
    expect(Object.fromEntries(shown)).toEqual(
      Object.fromEntries(
        Object.entries(limits).map(([name, value]) => [`limits.${name}`, String(value)]),
      ),
    );
  });
});

describe('the tables of filters', () => {
  it('show filters that can be used', async () => {
    for (const [filter] of await rows('docs/filters.md', 'filters')) {
      expect(() => Filter.parse(text(filter))).not.toThrow();
    }
  });

  it('show mistakes that are refused', async () => {
    for (const [filter] of await rows('docs/filters.md', 'mistakes')) {
      expect(() => Filter.parse(text(filter))).toThrow('ilter');
    }
  });
});

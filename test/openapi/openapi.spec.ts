import { readFileSync } from 'node:fs';
import { type INestApplication, RequestMethod } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { WebPubSubModule } from 'nestjs-web-pubsub';
import { withPrefixedActions } from '../../lib/rest/openapi.document.js';
import { type Host, startHost } from '../support/host.app.js';
import { ACCESS_KEY } from '../support/keys.js';
import { PLATFORMS, type Platform } from '../support/platforms.js';

/** An operation as both sides have it: `METHOD /path`, and what can be compared. */
interface Operation {
  readonly id: string;
  readonly parameters: readonly string[];
  readonly consumes: readonly string[];
  readonly codes: readonly string[];
}

/** Facts of the service's own documents, by api-version. */
const PUBLISHED = JSON.parse(
  readFileSync(new URL('./published.operations.json', import.meta.url), 'utf8'),
) as Record<string, Record<string, string>>;
const NEWEST = '2024-12-01';
/** In no published version but the first. */
const FIRST_ONLY = 'HEAD /api/hubs/{hub}/users/{userId}/groups/{group}';

let host: Host;

afterEach(async () => {
  await host.close();
});

async function documentOf(
  platform: Platform,
  configure: (app: INestApplication) => void = () => undefined,
): Promise<OpenAPIObject> {
  const imports = [WebPubSubModule.forRoot({ accessKey: ACCESS_KEY, hubs: { chat: {} } })];
  let document: OpenAPIObject | undefined;
  host = await startHost(platform, {
    imports,
    listen: false,
    configure: (app) => {
      configure(app);
      document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
    },
  });
  if (!document) throw new Error('There is no document.');
  return document;
}

describe.each(PLATFORMS)('the document of @nestjs/swagger on %s', (platform) => {
  it('has the operations of the newest version, with their ids', async () => {
    const ours = operationsOf(await documentOf(platform));
    const published = publishedOperations(NEWEST);
    expect([...ours.keys()].filter((key) => key !== FIRST_ONLY).toSorted()).toEqual(
      [...published.keys()].toSorted(),
    );
    for (const [key, { id }] of published) expect([key, ours.get(key)?.id]).toEqual([key, id]);
  });

  it('has their parameters, media types and codes', async () => {
    const ours = operationsOf(await documentOf(platform));
    for (const [key, published] of publishedOperations(NEWEST)) {
      const own = ours.get(key);
      expect([key, own?.consumes]).toEqual([key, published.consumes]);
      expect([key, withoutVersion(own)]).toEqual([key, withoutVersion(published)]);
      expect([key, missingFrom(own?.codes, published.codes)]).toEqual([key, []]);
    }
  });

  it.each(Object.keys(PUBLISHED))('has all that version %s has', async (version) => {
    const ours = operationsOf(await documentOf(platform));
    for (const [key, published] of publishedOperations(version)) {
      const own = ours.get(key);
      expect([
        key,
        missingFrom(own?.parameters.map(named), published.parameters.map(named)),
      ]).toEqual([key, []]);
      expect([key, missingFrom(own?.codes, published.codes)]).toEqual([key, []]);
    }
  });

  it('differs from the newest version by what docs/openapi.md says, and by nothing else', async () => {
    const ours = operationsOf(await documentOf(platform));
    const documented = readFileSync(new URL('../../docs/openapi.md', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (Difference|-)/.test(line))
      .map((line) =>
        line
          .split('|')
          .slice(1, 3)
          .map((cell) => cell.trim()),
      );
    expect(differences(ours, publishedOperations(NEWEST))).toEqual(documented);
  });

  it('shows no mark of ours', async () => {
    const document = await documentOf(platform);
    expect(Object.keys(document.paths).filter((path) => /~|unrouted/.test(path))).toEqual([]);
  });

  it('puts the prefix of the application in front of actions as well', async () => {
    const document = await documentOf(platform, (app) => app.setGlobalPrefix('v1'));
    const paths = Object.keys(withPrefixedActions(host.app, document).paths);
    expect(paths).toContain('/v1/api/hubs/{hub}/:send');
    expect(paths.filter((path) => !path.startsWith('/v1/api/'))).toEqual([]);
    expect(new Set(paths).size).toBe(Object.keys(document.paths).length);
  });

  it('leaves everything where it is when the prefix excludes us', async () => {
    const exclude = [{ path: 'api/{*path}', method: RequestMethod.ALL }];
    const document = await documentOf(platform, (app) => app.setGlobalPrefix('v1', { exclude }));
    const completed = withPrefixedActions(host.app, document);
    expect(completed).toEqual(document);
    expect(Object.keys(completed.paths)).toContain('/api/hubs/{hub}/:send');
  });
});

/** Each difference, with the operations that have it. */
function differences(
  ours: ReadonlyMap<string, Operation>,
  published: ReadonlyMap<string, Operation>,
): string[][] {
  const found = new Map<string, string[]>();
  const note = (difference: string, key: string) =>
    found.set(difference, [...(found.get(difference) ?? []), `\`${key}\``]);
  for (const key of [...new Set([...ours.keys(), ...published.keys()])].toSorted()) {
    const [own, other] = [ours.get(key), published.get(key)];
    if (own === undefined || other === undefined) {
      note(own === undefined ? 'not there' : 'of 2020-10-01 only', key);
      continue;
    }
    for (const [what, mine, theirs] of [
      ['parameter', own.parameters, other.parameters],
      ['media type', own.consumes, other.consumes],
      ['status', own.codes, other.codes],
    ] as const) {
      for (const each of missingFrom(theirs, mine)) note(`${what} \`${each}\` more`, key);
      for (const each of missingFrom(mine, theirs)) note(`${what} \`${each}\` less`, key);
    }
  }
  return [...found]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([difference, keys]) => [difference, listed(keys, [...published.keys()])]);
}

/** Short where it is nearly all of them. */
function listed(keys: readonly string[], all: readonly string[]): string {
  const others = all.map((key) => `\`${key}\``).filter((key) => !keys.includes(key));
  if (others.length === 0) return 'every one';
  return others.length === 1 ? `every one but ${others[0]}` : keys.join(', ');
}

function publishedOperations(version: string): Map<string, Operation> {
  return new Map(
    Object.entries(PUBLISHED[version] ?? {}).map(([key, text]) => {
      const [id = '', ...lists] = text.split('|').map((part) => part.trim());
      const [parameters = [], consumes = [], codes = []] = lists.map((list) =>
        list.split(' ').filter((word) => word !== ''),
      );
      return [key, { id, parameters, consumes, codes }];
    }),
  );
}

function operationsOf(document: OpenAPIObject): Map<string, Operation> {
  const all = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, NonNullable<(typeof item)['get']>>).map(
      ([method, operation]): [string, Operation] => {
        const { content = {} } = (operation.requestBody ?? {}) as { content?: object };
        const found = {
          id: operation.operationId ?? '',
          parameters: ((operation.parameters ?? []) as Parameter[]).map(written).toSorted(),
          consumes: Object.keys(content).toSorted(),
          codes: Object.keys(operation.responses),
        };
        return [`${method.toUpperCase()} ${path}`, found];
      },
    ),
  );
  return new Map(all);
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: { readonly type?: string };
}

function written({ name, in: place, required, schema }: Parameter): string {
  return `${place}:${name}${required === true ? '' : '?'}${schema.type === 'array' ? '[]' : ''}`;
}

/** Absent, it is taken for the first version, so that we require it nowhere. */
function withoutVersion(operation: Operation | undefined): readonly string[] | undefined {
  return operation?.parameters.filter((parameter) => !parameter.startsWith('query:api-version'));
}

function named(parameter: string): string {
  return parameter.replace(/[?[\]]/g, '');
}

function missingFrom(own: readonly string[] = [], published: readonly string[]): string[] {
  return published.filter((each) => !own.includes(each));
}

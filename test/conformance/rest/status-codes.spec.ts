import { SURFACES } from '../../support/platforms.js';
import { text, useScene } from './scene.js';

/** A status for each version; one number stands for all. */
type Statuses = number | Readonly<Record<Version, number>>;
type Version = (typeof VERSIONS)[number];

interface StatusCase {
  /** The number of the operation in rest.md 2.1. */
  readonly op: string;
  readonly method: string;
  /** Where its target is there: J1 of user u1 in g1. */
  readonly operation: string;
  readonly found: Statuses;
  /** Where it is not. */
  readonly elsewhere?: string;
  readonly missing?: Statuses;
}

const VERSIONS = ['2020-10-01', '2021-05-01-preview', '2021-10-01', '2024-12-01'] as const;

/** The status of success that became 204 with the first stable version. */
const OK_OR_NO_CONTENT: Statuses = {
  '2020-10-01': 200,
  '2021-05-01-preview': 200,
  '2021-10-01': 204,
  '2024-12-01': 204,
};

/** The same where only the first version told that the connection is unknown. */
const NOT_FOUND_AT_FIRST: Statuses = { ...OK_OR_NO_CONTENT, '2020-10-01': 404 };

const OPERATIONS: readonly StatusCase[] = [
  { op: 'S1', method: 'HEAD', operation: '/api/health', found: 200 },
  {
    op: 'S2',
    method: 'POST',
    operation: '/:send',
    found: 202,
    elsewhere: '/api/hubs/empty/:send',
    missing: 202,
  },
  {
    op: 'S3',
    method: 'HEAD',
    operation: '/connections/{c1}',
    found: 200,
    elsewhere: '/connections/no-such',
    missing: 404,
  },
  {
    op: 'S4',
    method: 'DELETE',
    operation: '/connections/{c1}',
    found: OK_OR_NO_CONTENT,
    elsewhere: '/connections/no-such',
    missing: OK_OR_NO_CONTENT,
  },
  {
    op: 'S5',
    method: 'POST',
    operation: '/connections/{c1}/:send',
    found: 202,
    elsewhere: '/connections/no-such/:send',
    missing: 202,
  },
  {
    op: 'S6',
    method: 'HEAD',
    operation: '/groups/g1',
    found: 200,
    elsewhere: '/groups/g9',
    missing: 404,
  },
  {
    op: 'S7',
    method: 'POST',
    operation: '/groups/g1/:send',
    found: 202,
    elsewhere: '/groups/g9/:send',
    missing: 202,
  },
  {
    op: 'S8',
    method: 'PUT',
    operation: '/groups/g1/connections/{c1}',
    found: 200,
    elsewhere: '/groups/g1/connections/no-such',
    missing: 404,
  },
  {
    op: 'S9',
    method: 'DELETE',
    operation: '/groups/g1/connections/{c1}',
    found: OK_OR_NO_CONTENT,
    elsewhere: '/groups/g1/connections/no-such',
    missing: NOT_FOUND_AT_FIRST,
  },
  {
    op: 'S10',
    method: 'HEAD',
    operation: '/users/u1',
    found: 200,
    elsewhere: '/users/nobody',
    missing: 404,
  },
  {
    op: 'S11',
    method: 'POST',
    operation: '/users/u1/:send',
    found: 202,
    elsewhere: '/users/nobody/:send',
    missing: 202,
  },
  {
    op: 'S12',
    method: 'HEAD',
    operation: '/users/u1/groups/g1',
    found: {
      '2020-10-01': 200,
      '2021-05-01-preview': 405,
      '2021-10-01': 405,
      '2024-12-01': 405,
    },
    elsewhere: '/users/u1/groups/g9',
    missing: {
      '2020-10-01': 404,
      '2021-05-01-preview': 405,
      '2021-10-01': 405,
      '2024-12-01': 405,
    },
  },
  {
    op: 'S13',
    method: 'PUT',
    operation: '/users/u1/groups/g1',
    found: 200,
    elsewhere: '/users/nobody/groups/g1',
    missing: {
      '2020-10-01': 200,
      '2021-05-01-preview': 404,
      '2021-10-01': 404,
      '2024-12-01': 404,
    },
  },
  {
    op: 'S14',
    method: 'DELETE',
    operation: '/users/u1/groups/g1',
    found: OK_OR_NO_CONTENT,
    elsewhere: '/users/nobody/groups/g1',
    missing: OK_OR_NO_CONTENT,
  },
  {
    op: 'S15',
    method: 'DELETE',
    operation: '/users/u1/groups',
    found: OK_OR_NO_CONTENT,
    elsewhere: '/users/nobody/groups',
    missing: OK_OR_NO_CONTENT,
  },
  {
    op: 'S16',
    method: 'PUT',
    operation: '/permissions/sendToGroup/connections/{c1}?targetName=g1',
    found: 200,
    elsewhere: '/permissions/sendToGroup/connections/no-such?targetName=g1',
    missing: 404,
  },
  {
    op: 'S16 without target',
    method: 'PUT',
    operation: '/permissions/sendToGroup/connections/{c1}',
    found: {
      '2020-10-01': 200,
      '2021-05-01-preview': 200,
      '2021-10-01': 400,
      '2024-12-01': 400,
    },
  },
  {
    op: 'S17',
    method: 'DELETE',
    operation: '/permissions/sendToGroup/connections/{c1}?targetName=g1',
    found: OK_OR_NO_CONTENT,
    elsewhere: '/permissions/sendToGroup/connections/no-such?targetName=g1',
    missing: NOT_FOUND_AT_FIRST,
  },
  {
    op: 'S18',
    method: 'HEAD',
    operation: '/permissions/sendToGroup/connections/{c1}?targetName=g1',
    found: 200,
    elsewhere: '/permissions/sendToGroup/connections/no-such?targetName=g1',
    missing: 404,
  },
];

const statusIn = (version: Version, statuses: Statuses): number =>
  typeof statuses === 'number' ? statuses : statuses[version];

const FOUND = VERSIONS.flatMap((version) =>
  OPERATIONS.map((entry) => ({ ...entry, version, status: statusIn(version, entry.found) })),
);

const MISSING = VERSIONS.flatMap((version) =>
  OPERATIONS.flatMap(({ elsewhere, missing, ...entry }) =>
    elsewhere === undefined || missing === undefined
      ? []
      : [{ ...entry, version, operation: elsewhere, status: statusIn(version, missing) }],
  ),
);

describe.each(SURFACES)('the status on %s', (platform) => {
  const scene = useScene(platform);

  it.each(FOUND)(
    '$op in $version: $method $operation is $status',
    async ({ method, operation, version, status }) => {
      await scene().cast({ J1: { groups: ['g1'] } });
      const call = method === 'POST' ? { ...text('x'), version } : { version };
      expect(await scene().status(method, operation, call)).toBe(status);
    },
  );

  it.each(MISSING)(
    '$op in $version: $method $operation, of which there is none, is $status',
    async ({ method, operation, version, status }) => {
      await scene().cast({ J1: { groups: ['g1'] } });
      const call = method === 'POST' ? { ...text('x'), version } : { version };
      expect(await scene().status(method, operation, call)).toBe(status);
    },
  );

  it('S16 wants a target in 2021-08-01-preview', async () => {
    await scene().cast({ J1: {} });
    const operation = '/permissions/sendToGroup/connections/{c1}';
    const call = { version: '2021-08-01-preview' };
    expect(await scene().status('PUT', operation, call)).toBe(400);
  });
});

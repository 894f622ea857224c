import { readFile, writeFile } from 'node:fs/promises';
import { CHECKS } from '../../../lib/verify/checks.js';
import {
  compatibilityDocument,
  type CompatibilityColumn,
} from '../../../lib/verify/compatibility.document.js';
import { RestSurface } from '../../../lib/verify/rest.surface.js';
import { runChecks } from '../../../lib/verify/runner.js';
import type { Surface } from '../../../lib/verify/surface.interface.js';
import {
  connectionStringOf,
  driverSurface,
  startEmbedded,
  startRemote,
} from '../../conformance/suite/surfaces.js';

const DOCUMENT = new URL('../../../docs/compatibility.md', import.meta.url);
const PUBLISHED = new URL('../../openapi/published.operations.json', import.meta.url);

/** Operations by version, then by method and path; what is known of each starts with its id. */
type Published = Readonly<Record<'2024-12-01', Readonly<Record<string, string>>>>;

async function column(title: string, surface: Surface): Promise<CompatibilityColumn> {
  return { title, results: await runChecks(CHECKS, surface) };
}

async function document(): Promise<string> {
  const express = await startEmbedded('express');
  const fastify = await startEmbedded('fastify');
  const remote = await startRemote(fastify);
  try {
    return compatibilityDocument([
      await column('Embedded, Express', new RestSurface(connectionStringOf(express))),
      await column('Embedded, Fastify', new RestSurface(connectionStringOf(fastify))),
      await column('Embedded, in the application', driverSurface('embedded', express)),
      await column('Azure driver', driverSurface('azure', remote)),
    ]);
  } finally {
    await remote.close();
    await express.close();
    await fastify.close();
  }
}

// To write the document anew: UPDATE_DOCS=1 npm test -- --testPathPatterns docs/compatibility
it('docs/compatibility.md says what the checks say', async () => {
  const text = await document();
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(DOCUMENT, text);
  expect(await readFile(DOCUMENT, 'utf8')).toBe(text);
});

it('every published operation is exercised by a check', async () => {
  const published = JSON.parse(await readFile(PUBLISHED, 'utf8')) as Published;
  const exercised = new Set(CHECKS.flatMap(({ operations }) => operations ?? []));
  const ids = Object.values(published['2024-12-01']).map((line) => line.split(' | ')[0] ?? '');
  const missing = ids.filter((id) => !exercised.has(id.replace('WebPubSub_', '')));
  expect(ids).toHaveLength(25);
  expect(missing).toEqual([]);
});

it('every check has an id of its own, and a title', () => {
  const ids = CHECKS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(CHECKS.filter(({ title }) => title === '')).toEqual([]);
});

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

const ROOT = new URL('../../', import.meta.url);

/** The fenced code blocks of a document of the project, in their order. */
export async function codeBlocks(document: string): Promise<CodeBlock[]> {
  const text = await readFile(new URL(document, ROOT), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }));
}

/** Imports a block of TypeScript as the module it is. */
export async function importBlock(name: string, text: string): Promise<Record<string, unknown>> {
  const file = new URL(`test/.generated/${name}.ts`, ROOT);
  await mkdir(dirname(fileURLToPath(file)), { recursive: true });
  await writeFile(file, text);
  return (await import(file.href)) as Record<string, unknown>;
}

/** A block of statements as a function of the names that it leaves open. */
export function asFunction(text: string, parameters: string): string {
  const lines = text.split('\n');
  const isImport = (line: string): boolean => line.startsWith('import ');
  return [
    ...lines.filter(isImport),
    `export async function run(${parameters}) {`,
    ...lines.filter((line) => !isImport(line)),
    '}',
  ].join('\n');
}

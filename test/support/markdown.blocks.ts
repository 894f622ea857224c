import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

const ROOT = new URL('../../', import.meta.url);

/** A document of the project: its blocks of code, and its tables. */
export class MarkdownDocument {
  readonly blocks: readonly CodeBlock[];

  private constructor(
    private readonly name: string,
    readonly text: string,
  ) {
    this.blocks = blocksOf(text);
  }

  static async read(name: string): Promise<MarkdownDocument> {
    return new MarkdownDocument(name, await readFile(new URL(name, ROOT), 'utf8'));
  }

  /** Of every block, in their order. */
  get languages(): string[] {
    return this.blocks.map(({ language }) => language);
  }

  /** The first block that has a text in it. */
  blockWith(text: string): string {
    const block = this.blocks.find((candidate) => candidate.text.includes(text));
    if (block === undefined) throw new Error(`${this.name} has no block with ${text}`);
    return block.text;
  }

  /** The rows of the tables under `<!-- mark -->`, without their heads. */
  rows(mark: string): string[][] {
    const tables = this.text.split(`<!-- ${mark} -->\n`).slice(1);
    if (tables.length === 0) throw new Error(`${this.name} has no table ${mark}`);
    return tables.flatMap((rest) => {
      const lines = rest.trimStart().split('\n');
      const end = lines.findIndex((line) => !line.startsWith('|'));
      return lines.slice(2, end === -1 ? undefined : end).map(cellsOf);
    });
  }
}

/** Imports a block of TypeScript as the module it is; others import it as `./<name>.js`. */
export async function importBlock(name: string, text: string): Promise<Record<string, unknown>> {
  const file = new URL(`test/.generated/${name}.ts`, ROOT);
  await mkdir(dirname(fileURLToPath(file)), { recursive: true });
  await writeFile(file, text);
  return (await import(file.href)) as Record<string, unknown>;
}

/**
 * A block of statements as a function of the names that it leaves open.
 *
 * @param result what of its names the function returns
 */
export function asFunction(text: string, parameters: string, result?: string): string {
  const { imports, statements } = split(text);
  return [
    ...imports,
    `export async function run(${parameters}) {`,
    ...statements,
    ...(result === undefined ? [] : [`return ${result};`]),
    '}',
  ].join('\n');
}

/** Runs a block of statements with what it leaves open. */
export async function runBlock(
  name: string,
  text: string,
  values: Readonly<Record<string, unknown>>,
  result?: string,
): Promise<unknown> {
  const names = Object.keys(values);
  const { run } = await importBlock(
    name,
    asFunction(text, names.map((each) => `${each}: any`).join(', '), result),
  );
  return await (run as (...args: unknown[]) => Promise<unknown>)(...Object.values(values));
}

/** The fenced ones. */
function blocksOf(text: string): CodeBlock[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }));
}

function cellsOf(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** An import may have several lines. */
function split(text: string): { readonly imports: string[]; readonly statements: string[] } {
  const imports: string[] = [];
  const statements: string[] = [];
  let isImport = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('import ')) isImport = true;
    (isImport ? imports : statements).push(line);
    if (line.endsWith(';')) isImport = false;
  }
  return { imports, statements };
}

/** What a new application has beside Nest. */
const COMMON = ['class-transformer', 'reflect-metadata', 'rxjs', '@types/node@^20'];

const COMPILER_OPTIONS = {
  target: 'ES2023',
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  isolatedModules: true,
  esModuleInterop: true,
  strict: true,
  // The declarations of the packed module are to stand on their own.
  skipLibCheck: false,
  types: ['node'],
  rootDir: 'src',
  outDir: 'dist',
};

function nest(version) {
  const names = ['common', 'core', 'platform-express', 'platform-fastify'];
  return names.map((name) => `@nestjs/${name}@${version}`);
}

/**
 * The applications the packed module must run in, as their users set them up.
 *
 * - `type`: of their package.json
 * - `compilerOptions`: what they are compiled with
 * - `checkedAs`: settings of `module` under which they must compile too
 */
export const APPLICATIONS = [
  {
    name: 'nest-12-esm',
    type: 'module',
    packages: [...nest('^12'), ...COMMON, 'class-validator@^0.15', 'typescript@~6.0'],
    compilerOptions: { ...COMPILER_OPTIONS, module: 'nodenext' },
    checkedAs: [],
  },
  {
    name: 'nest-11-commonjs',
    type: 'commonjs',
    // The oldest that the peer ranges allow.
    packages: [...nest('11.1.4'), ...COMMON, 'class-validator@^0.14', 'typescript@~5.9'],
    compilerOptions: { ...COMPILER_OPTIONS, module: 'commonjs' },
    checkedAs: ['nodenext'],
  },
];

import type { FoundMethod } from './handler.explorer.js';

// Where Nest keeps guards, interceptors, pipes and filters, of classes and of methods.
const ENHANCERS = ['__guards__', '__interceptors__', '__pipes__', '__exceptionFilters__'] as const;
const PARAMETERS = '__routeArguments__';

/**
 * The guards and the like of a method that Nest has made no instance of. It would leave them out in
 * silence, and with a guard goes the protection.
 */
export function missingEnhancers({ host, name }: FoundMethod): readonly string[] {
  const { type, module } = host;
  const method = (type.prototype as Record<string, object>)[name] as object;
  const parameters = Reflect.getMetadata(PARAMETERS, type, name) as
    Record<string, { readonly pipes?: readonly unknown[] }> | undefined;
  const enhancers: unknown[] = [
    ...ENHANCERS.flatMap((key) => [...listed(key, type), ...listed(key, method)]),
    ...Object.values(parameters ?? {}).flatMap(({ pipes = [] }) => pipes),
  ];
  return enhancers
    .filter((enhancer) => typeof enhancer === 'function')
    .filter((enhancer) => !module.injectables.has(enhancer))
    .map((enhancer) => enhancer.name);
}

function listed(key: string, target: object): readonly unknown[] {
  return (Reflect.getMetadata(key, target) as readonly unknown[] | undefined) ?? [];
}

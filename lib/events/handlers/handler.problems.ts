import { isEventName, isHubName, normalizeHubName } from '../../engine/names.js';
import type { ConfigurationProblem } from '../../errors/configuration.error.js';
import { problemOfPattern } from '../event-pattern.js';
import { missingEnhancers } from './handler.enhancers.js';
import { isOwnProvider, type FoundClass, type FoundMethod } from './handler.explorer.js';
import type { HandledEvent } from './handler.metadata.js';
import type { HandlerHost, HandlerMethod } from './handler.method.js';
import { eventNames } from './user-event.names.js';

/** @param known the hubs there are, in lower case; none: any */
export function problemOfHub(
  { host, hub, methods }: FoundClass,
  known: readonly string[],
): ConfigurationProblem | undefined {
  const path = host.type.name;
  if (hub === undefined) {
    const places = methods.map(({ name }) => `${path}.${name}`);
    return {
      path: places.join(', '),
      got: `${methods.flatMap(({ events }) => events.map(({ decorator }) => decorator)).join(', ')} in a class without @Hub`,
      expected: "a class with @Hub('<name>')",
      fix: `Put @Hub('<name>') on ${path}, or no such decorators in it.`,
    };
  }
  const got = typeof hub === 'string' ? `@Hub('${hub}')` : '@Hub without a name';
  if (typeof hub !== 'string' || !isHubName(hub)) {
    return {
      path,
      got,
      expected: 'a letter, then up to 127 of letters, digits and _ ` , . [ ]',
      fix: 'Name the hub that clients connect to.',
    };
  }
  if (known.length === 0 || known.includes(normalizeHubName(hub))) return undefined;
  return {
    path: methods.length === 0 ? path : methods.map(({ name }) => `${path}.${name}`).join(', '),
    got: `${got}, a hub that is not configured`,
    expected: `one of ${known.join(', ')}`,
    fix: `Correct the name, or add '${hub}' to the option \`hubs\` of WebPubSubModule.`,
  };
}

export function problemsOfMethod(method: FoundMethod): ConfigurationProblem[] {
  const { host, name, events } = method;
  const path = `${host.type.name}.${name}`;
  const problems = events.flatMap((event) => {
    const fix = event.kind === 'user' ? problemOfNames(event.pattern) : undefined;
    if (fix === undefined) return [];
    const expected = 'a name, names separated by commas, or *';
    return [{ path, got: event.decorator, expected, fix }];
  });
  const missing = missingEnhancers(method);
  if (missing.length === 0) return problems;
  return [
    ...problems,
    {
      path,
      got: `${missing.join(', ')}, which Nest has made no instance of`,
      expected: `guards, pipes, interceptors and filters of a class that Nest makes`,
      fix: `List ${host.type.name} itself in \`providers\` of its module, without a factory.`,
    },
  ];
}

/** Nest keeps what is global and request-scoped from classes that it knows by another token. */
export function problemOfProvider({ host }: FoundClass): ConfigurationProblem | undefined {
  if (isOwnProvider(host)) return undefined;
  const { name } = host.type;
  return {
    path: name,
    got: `a provider with the token ${nameOfToken(host.wrapper.token)}`,
    expected: 'the class itself in `providers`, or a provider with the class as its token',
    fix: `List ${name} itself; { provide: …, useExisting: ${name} } gives it another token as well.`,
  };
}

/** @param name of a user event; empty otherwise */
export function duplicateHandler(
  hub: string,
  { decorator, name }: HandledEvent & { readonly name: string },
  method: HandlerMethod,
  other: HandlerMethod,
): ConfigurationProblem {
  const isSame = method.place === other.place;
  const [first, second] = isSame
    ? [placeInModule(other.host, other), placeInModule(method.host, method)]
    : [other.place, method.place];
  return {
    path: `${first} and ${second}`,
    got: `two handlers of ${name === '' ? decorator : `the user event ${name}`} of hub ${hub}`,
    expected: 'one handler for each event of a hub',
    fix: isSame
      ? `Provide ${method.host.type.name} in one module, and export it from there; each provider is an instance of its own.`
      : 'Leave one of them, and do there what both did.',
  };
}

function problemOfNames(pattern: string): string | undefined {
  if (typeof pattern !== 'string') return 'Name the event.';
  const names = eventNames(pattern);
  if (names.length === 0) return 'Name the event, or take * for all.';
  const problem = problemOfPattern(pattern);
  if (problem !== undefined) return `${problem}.`;
  const bad = names.find((item) => item !== '*' && !isEventName(item));
  if (bad === undefined) return undefined;
  return `'${bad}' is no event name: a letter, then up to 127 of letters, digits, _ . and -`;
}

function placeInModule({ module }: HandlerHost, { place }: HandlerMethod): string {
  return `${place} (of ${module.metatype.name})`;
}

function nameOfToken(token: HandlerHost['wrapper']['token']): string {
  return typeof token === 'function' ? token.name : String(token);
}

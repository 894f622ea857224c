import { publicSegment, UNROUTED } from './action-paths.js';
import { decodeSegment, segmentsOf, splitTarget } from '../../http/request-target.js';
import type { MountedRoute } from './route-table.js';

/** What a request asks for. */
export type Resolution =
  | { readonly outcome: 'operation' }
  | { readonly outcome: 'unknownPath' }
  | { readonly outcome: 'unknownMethod'; readonly allowed: readonly string[] };

/** A request for our part of the URL space. */
export interface RoutedRequest {
  readonly resolution: Resolution;
  readonly route: MountedRoute;
  /** Decoded; `undefined` where an escape is broken. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
  /** As sent, without the question mark. */
  readonly query: string;
  /** What the router of the platform is given instead of the request target. */
  readonly internalTarget: string;
}

/** The least that a router allows for a parameter by default (Fastify). */
const MAX_PARAMETER_LENGTH = 100;
/** Stands for a parameter that the router of the platform would not take. */
const STAND_IN = '~';

/**
 * Finds the operation of a request before the platform's own router does.
 *
 * The routers of Express and Fastify differ in what they decode, tolerate and refuse. So we read the
 * path ourselves, and give them one that leaves no question open: fixed parts spelled as declared,
 * parameters encoded plainly, and none that is too long or broken.
 */
export class RequestRouter {
  readonly #routes: readonly MountedRoute[];
  readonly #unrouted: MountedRoute;
  /** Segments in front of the name of a hub. */
  readonly #hubsRoot: readonly string[];

  constructor(routes: readonly MountedRoute[]) {
    const unrouted = routes.find(({ segments }) => segments.at(-1) === UNROUTED);
    if (unrouted === undefined) throw new Error('There is no route for what has none.');
    this.#unrouted = unrouted;
    this.#hubsRoot = unrouted.segments.slice(0, -1);
    this.#routes = routes.filter((route) => route !== unrouted);
  }

  /** Never throws. @returns `undefined` when the request is for somebody else */
  route(method: string, target: string): RoutedRequest | undefined {
    const { path, query } = splitTarget(target);
    if (!path.startsWith('/')) return undefined;
    const segments = segmentsOf(path).map(decodeSegment);
    const matching = this.#routes.filter((route) => matches(route.segments, segments));
    const chosen = matching.find((route) => route.method === method);
    if (chosen) {
      const parameters = parametersOf(chosen.segments, segments);
      const internalPath = chosen.segments.map((part) => internalSegment(part, parameters));
      return {
        resolution: { outcome: 'operation' },
        route: chosen,
        parameters,
        query,
        internalTarget: internalTarget(internalPath, query),
      };
    }
    if (matching.length === 0 && !this.#isBelowHubs(segments)) return undefined;
    const allowed = matching.flatMap((route) => route.method ?? []).toSorted();
    const resolution: Resolution =
      matching.length > 0 ? { outcome: 'unknownMethod', allowed } : { outcome: 'unknownPath' };
    return {
      resolution,
      route: this.#unrouted,
      parameters: {},
      query,
      internalTarget: internalTarget(this.#unrouted.segments, query),
    };
  }

  #isBelowHubs(segments: readonly (string | undefined)[]): boolean {
    const root = this.#hubsRoot;
    return segments.length > root.length && matches(root, segments.slice(0, root.length));
  }
}

function internalTarget(path: readonly string[], query: string): string {
  return `/${path.join('/')}${query === '' ? '' : `?${query}`}`;
}

function matches(template: readonly string[], segments: readonly (string | undefined)[]): boolean {
  return (
    template.length === segments.length &&
    template.every((part, index) => {
      const segment = segments[index];
      if (isParameter(part)) return segment !== '';
      return segment?.toLowerCase() === publicSegment(part).toLowerCase();
    })
  );
}

function parametersOf(
  template: readonly string[],
  segments: readonly (string | undefined)[],
): Record<string, string | undefined> {
  const parameters: Record<string, string | undefined> = {};
  template.forEach((part, index) => {
    if (isParameter(part)) parameters[part.slice(1)] = segments[index];
  });
  return parameters;
}

function internalSegment(part: string, parameters: RoutedRequest['parameters']): string {
  if (!isParameter(part)) return part;
  const value = parameters[part.slice(1)];
  if (value === undefined || value.length > MAX_PARAMETER_LENGTH) return STAND_IN;
  return encodeURIComponent(value);
}

function isParameter(part: string): boolean {
  return part.startsWith(':');
}

import type { OperationInput, OperationParameters } from './dto/operation-parameters.js';
import type { RequestRouter, Resolution, RoutedRequest } from './platform/request-router.js';
import type { MountedRoute } from './platform/route-table.js';
import { QueryParameters } from './query-parameters.js';

/** The class of the parameters of an operation. */
export type ParametersClass = new (input: OperationInput) => OperationParameters;

/** What the method and the target of a request say: the same for every request that has them. */
export class RestTarget implements OperationInput {
  readonly resolution: Resolution;
  readonly route: MountedRoute;
  /** Parameters in the path, decoded; `undefined` where an escape is broken. */
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: QueryParameters;
  /** What the router of the platform is given instead. */
  readonly internalTarget: string;
  #parameters: OperationParameters | undefined;

  constructor(routed: RoutedRequest) {
    this.resolution = routed.resolution;
    this.route = routed.route;
    this.path = routed.parameters;
    this.query = new QueryParameters(routed.query);
    this.internalTarget = routed.internalTarget;
  }

  /** The parameters of the operation; a target has one operation, and that has one such class. */
  parameters(parametersClass: ParametersClass): OperationParameters {
    this.#parameters ??= new parametersClass(this);
    return this.#parameters;
  }
}

/** Targets remembered at most, twice; longer ones, in characters, are not. */
const MAX_TARGETS = 500;
const MAX_LENGTH = 512;

/**
 * Targets that were asked for lately. Callers send to the same ones over and over, and to read and
 * check one takes longer than to deliver a small message.
 */
export class RestTargets {
  // When the newer half is full it becomes the older one: what is still in use comes back.
  #newer = new Map<string, RestTarget>();
  #older = new Map<string, RestTarget>();

  constructor(private readonly router: RequestRouter) {}

  /** Never throws. @returns `undefined` when the request is for somebody else */
  find(method: string, target: string): RestTarget | undefined {
    const key = `${method} ${target}`;
    const known = this.#newer.get(key);
    if (known !== undefined) return known;
    const found = this.#older.get(key) ?? this.#read(method, target);
    if (found !== undefined && key.length <= MAX_LENGTH) this.#remember(key, found);
    return found;
  }

  #read(method: string, target: string): RestTarget | undefined {
    const routed = this.router.route(method, target);
    return routed && new RestTarget(routed);
  }

  #remember(key: string, target: RestTarget): void {
    if (this.#newer.size >= MAX_TARGETS) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(key, target);
  }
}

import type { QueryParameters } from '../query-parameters.js';

/** Where the parameters of an operation come from. */
export interface OperationInput {
  /** By the names in the route; `undefined` where an escape is broken. */
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: QueryParameters;
}

/** Base of the classes that hold the parameters of an operation, one property each. */
export abstract class OperationParameters {}

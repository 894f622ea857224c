import type { FilterFunction } from './functions.js';

/** What a value can be. `userId` and `protocol` are strings even where a connection has none. */
export type ValueType = 'null' | 'bool' | 'int' | 'string' | 'collection';

export type Ordering = 'gt' | 'ge' | 'lt' | 'le';
export type Comparison = 'eq' | 'ne' | Ordering;

/** What a filter can ask about a connection. */
export type Property = 'connectionId' | 'userId' | 'protocol' | 'groups';

/** What all expressions have. */
export interface Node {
  /** Where it stands in the text, without parentheses around it. */
  readonly start: number;
  readonly end: number;
  /** How many expressions stand in each other below it. */
  readonly height: number;
}

/** The tree of a filter, before its types are checked. */
export type Expression = Node &
  (
    | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
    | { readonly kind: 'property'; readonly property: Property }
    | { readonly kind: 'not'; readonly operand: Expression }
    | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] }
    | {
        readonly kind: 'comparison';
        readonly operator: Comparison;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly kind: 'in';
        readonly left: Expression;
        /** A list, or a property. */
        readonly right: readonly Expression[] | Expression;
      }
    | {
        readonly kind: 'call';
        readonly function: FilterFunction;
        readonly args: readonly Expression[];
      }
  );

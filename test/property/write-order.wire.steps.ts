import {
  array,
  boolean,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
  uniqueArray,
  type Arbitrary,
} from 'fast-check';
import { ACTORS, GROUPS, USERS, type Parcel, type Whom } from './write-order.steps.js';

/** Who sends without being connected: the REST API, and a hub service that does not wait. */
export type Outsider = 'rest' | 'hub';

/** What can happen, one after the other; only a storm is several things at a time. */
export type WireStep =
  | { readonly do: 'send'; readonly from: Outsider; readonly to: Whom; readonly parcels: Parcel[] }
  /** Requests in one go, without waiting for acks. */
  | { readonly do: 'ask'; readonly who: number; readonly requests: readonly WireRequest[] }
  | {
      readonly do: 'storm';
      readonly actors: readonly number[];
      readonly outsiders: readonly Outsider[];
      /** Messages of each source. */
      readonly count: number;
      readonly noEcho: boolean;
      /** Who is closed in the middle of it, once so many messages of the first source are accepted. */
      readonly victim: number;
      readonly after: number;
    }
  | {
      readonly do: 'flood' | 'pause' | 'resume' | 'lose' | 'leave' | 'recover';
      readonly who: number;
    }
  | { readonly do: 'confirm'; readonly who: number; readonly behind: number }
  | { readonly do: 'close'; readonly to: Whom; readonly reason: string };

export type WireRequest =
  | {
      readonly do: 'publish';
      readonly group: string;
      readonly parcel: Parcel;
      readonly noEcho: boolean;
    }
  | { readonly do: 'raise'; readonly parcel: Parcel }
  | { readonly do: 'joinGroup' | 'leaveGroup'; readonly group: string }
  | { readonly do: 'ping' };

const who = nat(ACTORS - 1);
const group = constantFrom(...GROUPS);
const padding = oneof(
  { weight: 24, arbitrary: constant(0) },
  { weight: 6, arbitrary: constant(200) },
  { weight: 1, arbitrary: constant(70_000) },
);
const parcel = record({ dataType: constantFrom('text', 'json', 'binary'), padding });
const parcels = array(parcel, { minLength: 1, maxLength: 8, size: 'max' });

const actor = record({ kind: constant('actor'), who });
const user = record({ kind: constant('user'), userId: constantFrom(...USERS) });
const ofGroup = record({ kind: constant('group'), group });
const everybody = record({ kind: constant('all') });

const REQUEST: Arbitrary<WireRequest> = oneof(
  {
    weight: 4,
    arbitrary: record({ do: constant('publish'), group, parcel, noEcho: boolean() }),
  },
  { weight: 2, arbitrary: record({ do: constant('raise'), parcel }) },
  { weight: 1, arbitrary: record({ do: constantFrom('joinGroup', 'leaveGroup'), group }) },
  { weight: 1, arbitrary: record({ do: constant('ping') }) },
);

const STEP: Arbitrary<WireStep> = oneof(
  {
    weight: 6,
    arbitrary: record({
      do: constant('send'),
      from: constantFrom('rest', 'hub'),
      to: oneof(actor, user, ofGroup, everybody),
      parcels,
    }),
  },
  {
    weight: 8,
    arbitrary: record({
      do: constant('ask'),
      who,
      requests: array(REQUEST, { minLength: 1, maxLength: 12, size: 'max' }),
    }),
  },
  {
    weight: 2,
    arbitrary: record({
      do: constant('storm'),
      actors: uniqueArray(who, { maxLength: 4, size: 'max' }),
      outsiders: uniqueArray(constantFrom('rest', 'hub'), { minLength: 1, maxLength: 2 }),
      count: integer({ min: 2, max: 10 }),
      noEcho: boolean(),
      victim: who,
      after: nat(5),
    }),
  },
  {
    weight: 8,
    arbitrary: record({ do: constantFrom('flood', 'pause', 'resume', 'lose', 'recover'), who }),
  },
  { weight: 1, arbitrary: record({ do: constant('leave'), who }) },
  { weight: 1, arbitrary: record({ do: constant('confirm'), who, behind: nat(5) }) },
  {
    weight: 2,
    arbitrary: record({
      do: constant('close'),
      to: oneof({ weight: 6, arbitrary: actor }, user, ofGroup),
      reason: constantFrom('', 'later'),
    }),
  },
);

/** About two hundred messages, requests and closes. */
export const WIRE_STEPS = array(STEP, { minLength: 40, maxLength: 50, size: 'max' });

import {
  array,
  boolean,
  constant,
  constantFrom,
  nat,
  oneof,
  record,
  type Arbitrary,
} from 'fast-check';

/** Clients that do things; the herd behind them only listens. */
export const ACTORS = 18;
export const GROUPS = ['few', 'some', 'crowd'] as const;
export const USERS = ['ann', 'bob', 'eve'] as const;

const MAX_TTL_MS = 20;

/** Whom something is about, before it is known who is there. */
export type Whom =
  | { readonly kind: 'all' }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'actor'; readonly who: number };

export interface Parcel {
  readonly dataType: 'text' | 'json' | 'binary';
  /** Bytes of padding. */
  readonly padding: number;
}

/** What can happen, in any order; times are in milliseconds. */
export type Step =
  | {
      readonly do: 'send';
      readonly to: Whom;
      readonly parcel: Parcel;
      readonly ttl: number;
      readonly except: number | undefined;
    }
  /** A message to each of many groups that are no crowds. */
  | { readonly do: 'sweep'; readonly parcel: Parcel }
  | {
      readonly do: 'publish';
      readonly who: number;
      readonly group: string;
      readonly parcel: Parcel;
      readonly noEcho: boolean;
      readonly ack: AckMode;
    }
  | {
      readonly do: 'raise';
      readonly who: number;
      readonly parcel: Parcel;
      readonly isHeld: boolean;
      readonly ack: AckMode;
    }
  | {
      readonly do: 'ask';
      readonly who: number;
      readonly change: 'joinGroup' | 'leaveGroup';
      readonly group: string;
      readonly ack: AckMode;
    }
  | {
      readonly do: 'change';
      readonly who: number;
      readonly change: 'join' | 'leave';
      readonly group: string;
    }
  | { readonly do: 'recover'; readonly who: number; readonly isAccepted: boolean }
  | { readonly do: 'confirm'; readonly who: number; readonly behind: number }
  | { readonly do: 'ping'; readonly who: number }
  | {
      readonly do: 'answer' | 'block' | 'drain' | 'lose' | 'leave' | 'violate';
      readonly who: number;
    }
  | { readonly do: 'close'; readonly to: Whom; readonly reason: string }
  | { readonly do: 'turn' }
  | { readonly do: 'wait'; readonly ms: number };

/** Whether a request wants an ack, and whether it repeats the number of the one before. */
export type AckMode = 'none' | 'fresh' | 'again';

const who = nat(ACTORS - 1);
const group = constantFrom(...GROUPS);
const ack = constantFrom<AckMode[]>('fresh', 'fresh', 'none', 'again');
// What takes a byte, two and eight for its length, and now and then what is written at once.
const padding = oneof(
  { weight: 12, arbitrary: constant(0) },
  { weight: 3, arbitrary: constantFrom(200, 70_000) },
  { weight: 1, arbitrary: constant(300_000) },
);
const parcel = record({ dataType: constantFrom('text', 'json', 'binary'), padding });

const actor = record({ kind: constant('actor'), who });
const user = record({ kind: constant('user'), userId: constantFrom(...USERS) });
const ofGroup = record({ kind: constant('group'), group });
const everybody = record({ kind: constant('all') });

const STEP: Arbitrary<Step> = oneof(
  {
    weight: 10,
    arbitrary: record({
      do: constant('send'),
      to: oneof(
        actor,
        user,
        { weight: 3, arbitrary: ofGroup },
        { weight: 2, arbitrary: everybody },
      ),
      parcel,
      ttl: oneof({ weight: 3, arbitrary: constant(0) }, nat(MAX_TTL_MS)),
      except: oneof({ weight: 3, arbitrary: constant(undefined) }, who),
    }),
  },
  { weight: 1, arbitrary: record({ do: constant('sweep'), parcel }) },
  {
    weight: 6,
    arbitrary: record({ do: constant('publish'), who, group, parcel, noEcho: boolean(), ack }),
  },
  {
    weight: 4,
    arbitrary: record({ do: constant('raise'), who, parcel, isHeld: boolean(), ack }),
  },
  {
    weight: 3,
    arbitrary: record({
      do: constant('ask'),
      who,
      change: constantFrom('joinGroup', 'leaveGroup'),
      group,
      ack,
    }),
  },
  {
    weight: 2,
    arbitrary: record({
      do: constant('change'),
      who,
      change: constantFrom('join', 'leave'),
      group,
    }),
  },
  { weight: 4, arbitrary: record({ do: constantFrom('ping', 'answer'), who }) },
  { weight: 6, arbitrary: record({ do: constantFrom('block', 'drain'), who }) },
  { weight: 2, arbitrary: record({ do: constant('lose'), who }) },
  { weight: 3, arbitrary: record({ do: constant('recover'), who, isAccepted: boolean() }) },
  { weight: 2, arbitrary: record({ do: constant('confirm'), who, behind: nat(5) }) },
  { weight: 1, arbitrary: record({ do: constantFrom('leave', 'violate'), who }) },
  {
    weight: 2,
    arbitrary: record({
      do: constant('close'),
      to: oneof({ weight: 8, arbitrary: actor }, { weight: 2, arbitrary: user }, ofGroup),
      reason: constantFrom('', 'later'),
    }),
  },
  { weight: 8, arbitrary: record({ do: constant('turn') }) },
  { weight: 2, arbitrary: record({ do: constant('wait'), ms: nat(15) }) },
);

// Without a size, fast-check makes ten steps at most.
export const STEPS = array(STEP, { minLength: 1, maxLength: 100, size: 'max' });

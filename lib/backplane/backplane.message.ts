/** What an MQTT publisher said beside topic and payload; it goes untouched to MQTT subscribers. */
export interface MqttAttributes {
  readonly qos: 0 | 1 | 2;
  /** Connection id of the publisher, for its subscriptions with No Local. */
  readonly sender: string | undefined;
  /** Where it is not what the origin of the message implies. */
  readonly topic?: string;
  readonly payloadFormat?: number;
  readonly contentType?: string;
  readonly responseTopic?: string;
  readonly correlationData?: Buffer;
  /** In the publisher's order. */
  readonly userProperties?: readonly { readonly name: string; readonly value: string }[];
}

/** A message as it travels between nodes: plain data, no behaviour. */
export interface BackplaneMessage {
  readonly origin:
    | { readonly from: 'server' }
    | { readonly from: 'group'; readonly group: string; readonly fromUserId: string | null };
  readonly payload: {
    readonly dataType: 'text' | 'json' | 'binary' | 'protobuf';
    readonly bytes: Buffer;
  };
  readonly metadata?: ReadonlyMap<string, string>;
  readonly expiresAt?: number;
  /** Present when the sender speaks MQTT. */
  readonly mqtt?: MqttAttributes;
  /** Present when it is a part of a stream. */
  readonly stream?: StreamInfo;
}

/** Where in a stream a message belongs (client-protocols.md 9.4). */
export interface StreamInfo {
  readonly streamId: string;
  /** Counts from 1. */
  readonly streamSequenceId: number;
  readonly endOfStream?: true;
  /** Why the stream ended before its time. */
  readonly error?: StreamError;
}

export interface StreamError {
  readonly name: 'UserError' | 'IdleTimeout' | 'InternalServerError' | 'Forbidden' | 'Cancelled';
  readonly message?: string;
  readonly userErrorCode?: string;
}

/** What a member of a group says about itself (client-protocols.md 9.5). */
export interface GroupStateItem {
  readonly connectionId: string;
  readonly userId: string | undefined;
  /** `undefined` = cleared. */
  readonly state: ReadonlyMap<string, string> | undefined;
  /** Milliseconds since the epoch; grows with every change of the connection. */
  readonly updatedAt: number;
}

/** A member of a group. */
export interface MemberItem {
  readonly connectionId: string;
  readonly userId: string | undefined;
}

/** The connections a command is about; each names a subject of the backplane. */
export type Target =
  | { readonly kind: 'all' }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'connection'; readonly connectionId: string };

export type PermissionKind = 'joinLeaveGroup' | 'sendToGroup';

/** Commands that want no answer: published to whoever has the target. */
export type Command =
  | {
      readonly type: 'deliver';
      readonly target: Target;
      readonly message: BackplaneMessage;
      /** Connection ids that must not receive it. */
      readonly excluded?: ReadonlySet<string>;
      /** Only connections that match (rest.md 9), as written: each node parses it. */
      readonly filter?: string;
    }
  | {
      readonly type: 'close';
      readonly target: Target;
      readonly excluded?: ReadonlySet<string>;
      readonly reason: string | undefined;
    }
  | {
      /** Tells those who watch the states of a group. */
      readonly type: 'groupState';
      readonly group: string;
      readonly item: GroupStateItem;
    };

/** Commands whose answers the caller waits for: one {@link Answer} from each node that has the target. */
export type Request =
  | {
      readonly type: 'changeGroups';
      readonly target: Target;
      readonly change: 'join' | 'leave';
      /** `all` leaves every group. */
      readonly groups: readonly string[] | 'all';
    }
  | {
      /**
       * Changes the groups of all connections that match. Who has no room for another group is left
       * out, and makes the answer `limit`.
       */
      readonly type: 'changeGroupsOfMatching';
      readonly change: 'join' | 'leave';
      /** Without duplicates. */
      readonly groups: readonly string[];
      /** `undefined` = every connection of the hub. */
      readonly filter: string | undefined;
    }
  | { readonly type: 'isInGroup'; readonly target: Target; readonly group: string }
  | {
      readonly type: 'changePermission';
      readonly target: Target;
      readonly permission: PermissionKind;
      readonly allow: boolean;
      /** `undefined` = every group (api-version 2020-10-01). */
      readonly group: string | undefined;
    }
  | {
      readonly type: 'checkPermission';
      readonly target: Target;
      readonly permission: PermissionKind;
      readonly group: string | undefined;
    }
  | { readonly type: 'rememberGroup'; readonly userId: string; readonly group: string }
  | {
      readonly type: 'forgetGroup';
      readonly userId: string;
      /** `undefined` = every remembered group of the user. */
      readonly group: string | undefined;
    }
  | { readonly type: 'recallsGroup'; readonly userId: string; readonly group: string }
  | {
      /** Asks for the states of a group's members; the answer is a list. */
      readonly type: 'groupStates';
      readonly group: string;
      /** The states of so many members, those with the lowest connection ids. */
      readonly limit: number;
    }
  | {
      /** Asks who is in a group; the answer is a list, by connection id. */
      readonly type: 'groupMembers';
      readonly group: string;
      /** Only connection ids behind this one. */
      readonly after: string | undefined;
      /** So many members, those with the lowest connection ids. */
      readonly limit: number;
    }
  | {
      /** Asks how many connections match; the answer is a number. */
      readonly type: 'countMatching';
      /** `undefined` = every connection. */
      readonly filter: string | undefined;
    };

/** How a node answers a question. `absent` = the target had gone when the command arrived. */
export type Verdict = 'yes' | 'no' | 'absent' | 'limit';

/** How a node answers a {@link Request}. */
export type Answer = Verdict | number | readonly GroupStateItem[] | readonly MemberItem[];

/** Which {@link Answer} a request has. */
export type AnswerTo<R extends Request> = R extends { type: 'groupStates' }
  ? readonly GroupStateItem[]
  : R extends { type: 'groupMembers' }
    ? readonly MemberItem[]
    : R extends { type: 'countMatching' }
      ? number
      : Verdict;

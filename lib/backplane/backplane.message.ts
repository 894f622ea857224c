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
    }
  | {
      readonly type: 'close';
      readonly target: Target;
      readonly excluded?: ReadonlySet<string>;
      readonly reason: string | undefined;
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
  | { readonly type: 'recallsGroup'; readonly userId: string; readonly group: string };

/** How a node answers a {@link Request}. `absent` = the target had gone when the command arrived. */
export type Answer = 'yes' | 'no' | 'absent' | 'limit';

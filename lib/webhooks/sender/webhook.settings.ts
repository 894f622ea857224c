import type { GroupEventName, SystemEventName } from '../../events/event-handler.interface.js';
import type { UrlTemplate } from './url-template.js';

/** An HTTP endpoint that handles events of a hub, as configured and checked. */
export interface WebhookSettings {
  readonly urlTemplate: UrlTemplate;
  /** Empty = no user events. */
  readonly userEventPattern: string;
  readonly systemEvents: readonly SystemEventName[];
  /** Which groups it wants to know the members of (events.md 11.1). */
  readonly groupPresenceEvents?: {
    readonly eventNames: readonly GroupEventName[];
    /** Empty = all groups; a trailing `*` stands for any end. */
    readonly groupFilters?: readonly string[];
  };
  /** Adds a bearer token for the resource to every event. */
  readonly auth?: { readonly type: 'ManagedIdentity'; readonly resource: string };
  /** Whether it is asked for its consent before it gets events. */
  readonly validate: boolean;
  /** Whether an event is sent again after 408, 5xx and network errors. */
  readonly retry: boolean;
}

import { problemOfPattern } from '../events/event-pattern.js';
import type { EventListener } from '../events/listeners/event-listener.interface.js';
import { ListenerRoute } from '../events/listeners/listener.route.js';
import { UrlTemplate, UrlTemplateError } from '../webhooks/sender/url-template.js';
import type { WebhookSettings } from '../webhooks/sender/webhook.settings.js';
import type { OptionReader } from './option.reader.js';

/** Who takes the events of one hub, as configured. */
export interface HubEventSettings {
  readonly webhooks: readonly WebhookSettings[];
  readonly listeners: readonly ListenerRoute[];
}

/** Names of the options that {@link readHubEvents} reads. */
export const HUB_EVENT_OPTIONS = ['eventHandlers', 'eventListeners'] as const;

const SYSTEM_EVENTS = ['connect', 'connected', 'disconnected'] as const;
const GROUP_EVENTS = ['joined', 'left'] as const;

/** Reads the event handlers and listeners of a hub. */
export function readHubEvents(
  hub: OptionReader,
  context: { readonly canResolveSecrets: boolean },
): HubEventSettings {
  return {
    webhooks: hub
      .items('eventHandlers')
      .flatMap(([path, item]) => readWebhook(hub.section(path, item), context) ?? []),
    listeners: hub
      .items('eventListeners')
      .flatMap(([path, item]) => readListener(hub.section(path, item)) ?? []),
  };
}

function readWebhook(
  read: OptionReader,
  { canResolveSecrets }: { readonly canResolveSecrets: boolean },
): WebhookSettings | undefined {
  read.refuseUnknown('', [
    'urlTemplate',
    'userEventPattern',
    'systemEvents',
    'groupPresenceEvents',
    'auth',
    'validate',
    'retry',
  ]);
  const urlTemplate = readUrlTemplate(read);
  if (urlTemplate !== undefined && urlTemplate.secretUris.length > 0 && !canResolveSecrets) {
    read.report({
      path: 'urlTemplate',
      got: 'a secret of Key Vault',
      expected: 'a URL without, or the option events.resolveSecret',
      fix: 'Pass a function that gets a secret by its URI in events.resolveSecret.',
    });
  }
  const rest = {
    userEventPattern: readPattern(read),
    systemEvents: read.someOf('systemEvents', SYSTEM_EVENTS),
    groupPresenceEvents: readGroupPresence(read),
    auth: readAuth(read),
    validate: read.boolean('validate', true),
    retry: read.boolean('retry', true),
  };
  return urlTemplate && { urlTemplate, ...rest };
}

function readUrlTemplate(read: OptionReader): UrlTemplate | undefined {
  const text = read.secret('urlTemplate');
  if (text === undefined) {
    if (read.value('urlTemplate') === undefined) {
      const fix = 'For example https://app.example/hooks/{hub}/{event}';
      const { expected } = UrlTemplateError;
      read.report({ path: 'urlTemplate', got: 'nothing', expected, fix });
    }
    return undefined;
  }
  try {
    return UrlTemplate.parse(text);
  } catch (error) {
    if (!(error instanceof UrlTemplateError)) throw error;
    const { got, fix } = error;
    read.report({ path: 'urlTemplate', got, expected: UrlTemplateError.expected, fix });
    return undefined;
  }
}

function readPattern(read: OptionReader): string {
  const pattern = read.text('userEventPattern') ?? '';
  const problem = problemOfPattern(pattern);
  if (problem === undefined) return pattern;
  read.report({
    path: 'userEventPattern',
    got: problem,
    expected: "'*', a name, or names separated by commas",
    fix: 'List the names, or take all events with * and tell them apart in the handler.',
  });
  return '';
}

function readGroupPresence(read: OptionReader): WebhookSettings['groupPresenceEvents'] {
  if (read.value('groupPresenceEvents') === undefined) return undefined;
  const presence = read.section('groupPresenceEvents');
  presence.refuseUnknown('', ['eventNames', 'groupFilters']);
  return {
    eventNames: presence.someOf('eventNames', GROUP_EVENTS),
    groupFilters: presence.texts('groupFilters'),
  };
}

function readAuth(read: OptionReader): WebhookSettings['auth'] {
  const auth = read.section('auth');
  auth.refuseUnknown('', ['type', 'managedIdentity']);
  if (auth.oneOf('type', ['None', 'ManagedIdentity'], 'None') === 'None') return undefined;
  const resource = auth.text('managedIdentity.resource');
  if (resource) return { type: 'ManagedIdentity', resource };
  auth.report({
    path: 'managedIdentity.resource',
    got: auth.show(resource),
    expected: 'the resource the token is for',
    fix: "For example { type: 'ManagedIdentity', managedIdentity: { resource: 'api://app' } }",
  });
  return undefined;
}

function readListener(read: OptionReader): ListenerRoute | undefined {
  read.refuseUnknown('', ['filter', 'listener', 'endpoint']);
  const filter = read.section('filter');
  filter.refuseUnknown('', ['type', 'systemEvents', 'userEventPattern']);
  filter.oneOf('type', ['EventName'], 'EventName');
  const systemEvents = filter.someOf('systemEvents', SYSTEM_EVENTS);
  const userEventPattern = readPattern(filter);
  const listener = asListener(read.value('listener'));
  if (listener !== undefined)
    return new ListenerRoute(listener, { systemEvents, userEventPattern });
  const endpoint = read.value('endpoint');
  read.report({
    path: 'listener',
    got: endpoint === undefined ? 'nothing that can take events' : 'an endpoint of the cloud',
    expected: 'a function, or an object with deliver(envelope)',
    fix: 'Write a listener that hands the envelope to your broker; the README shows one for Kafka.',
  });
  return undefined;
}

function asListener(value: unknown): EventListener | undefined {
  if (typeof value === 'function') return { deliver: value as EventListener['deliver'] };
  const isListener =
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<EventListener>).deliver === 'function';
  return isListener ? (value as EventListener) : undefined;
}

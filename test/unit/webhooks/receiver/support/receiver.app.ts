import type { OutgoingHttpHeaders } from 'node:http';
import { All, Controller, type ModuleMetadata, Req } from '@nestjs/common';
import type { EventReply } from '../../../../../lib/engine/ports/event-sink.interface.js';
import type { EventHandler } from '../../../../../lib/events/event-handler.interface.js';
import { ReceiverFront } from '../../../../../lib/webhooks/receiver/receiver.front.js';
import type { ReceiverSettings } from '../../../../../lib/webhooks/receiver/receiver.settings.js';
import { WebhookReceiver } from '../../../../../lib/webhooks/receiver/webhook.receiver.js';
import { signConnectionId } from '../../../../../lib/webhooks/signature.js';
import { startHost, type Host, type HostOptions } from '../../../../support/host.app.js';
import type { Platform } from '../../../../support/platforms.js';
import { RestClient, type RestAnswer } from '../../../../support/rest.client.js';
import type { ScriptedHandler } from './scripted.handler.js';

export const K1 = 'primary-key-for-test-vectors-0123456789abcdef';
export const K2 = 'secondary-key-for-test-vectors-fedcba9876543210';

@Controller()
class Application {
  readonly seen: string[] = [];

  @All(['api/webpubsub/hubs/:hub/:event', 'hooks/:hub/:event'])
  all(@Req() request: { method: string; url: string; body?: unknown }) {
    this.seen.push(`${request.method} ${request.url}`);
    return { application: true, body: request.body };
  }
}

export interface ReceiverInit {
  readonly handler: EventHandler;
  readonly settings?: Partial<ReceiverSettings>;
  /** Sends what does not fit into an answer. */
  readonly send?: (reply: EventReply) => Promise<void>;
  readonly clock?: () => number;
  readonly metadata?: ModuleMetadata;
  readonly listen?: boolean;
  readonly configure?: HostOptions['configure'];
}

export interface EventInit {
  readonly path?: string;
  readonly type?: string;
  readonly name?: string;
  readonly id?: string;
  /** `undefined` takes a header out. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: string | Buffer | readonly string[];
}

export interface ReceiverApp {
  readonly host: Host;
  /** Requests that went on to the application. */
  readonly passed: readonly string[];
  /** Messages that went out beside the answers. */
  readonly sent: readonly string[];
  /** What was reported, level first, causes included. */
  readonly log: readonly string[];
  /** Sends an event; without more, user event `order` of `conn-0001` in hub `chat`. */
  event(init?: EventInit): Promise<RestAnswer>;
  call(method: string, path: string, headers?: OutgoingHttpHeaders): Promise<RestAnswer>;
}

export const PATH = '/api/webpubsub/hubs/chat/order';

export async function startReceiver(
  platform: Platform,
  { handler, settings, send, clock = Date.now, metadata = {}, listen, configure }: ReceiverInit,
): Promise<ReceiverApp> {
  const sent: string[] = [];
  const log: string[] = [];
  const write =
    (level: string) =>
    (message: string, cause?: unknown): void => {
      log.push(`${level}: ${message}${cause === undefined ? '' : ` (${String(cause)})`}`);
    };
  const receiver = new WebhookReceiver(
    {
      path: '/api/webpubsub/hubs/{hub}/',
      keys: () => [K1],
      verifySignature: true,
      allowedEndpoints: [],
      maxBodyBytes: 1024 * 1024,
      timeoutMs: 5000,
      deduplicationWindowMs: 0,
      ...settings,
    },
    {
      handlerOf: (hub) => (hub === 'chat' ? handler : undefined),
      sendToConnection: async (hub, connectionId, reply) => {
        await send?.(reply);
        sent.push(`${hub}/${connectionId}: ${reply.payload.bytes.toString('utf8')}`);
      },
      diagnostics: { debug: write('debug'), warn: write('warn'), error: write('error') },
      clock,
    },
  );
  const host = await startHost(platform, {
    ...metadata,
    controllers: [Application, ...(metadata.controllers ?? [])],
    providers: [
      ReceiverFront,
      { provide: WebhookReceiver, useValue: receiver },
      ...(metadata.providers ?? []),
    ],
    ...(listen !== undefined && { listen }),
    ...(configure && { configure }),
  });
  const client = new RestClient(host.url);
  return {
    host,
    passed: host.app.get(Application).seen,
    sent,
    log,
    event: ({ path = PATH, body = '{}', ...init } = {}) =>
      client.call('POST', path, { token: null, headers: eventHeaders(init), body }),
    call: (method, path, headers = {}) => client.call(method, path, { token: null, headers }),
  };
}

export function eventHeaders({
  type = 'azure.webpubsub.user.order',
  name = type.slice(type.lastIndexOf('.') + 1),
  id = '3',
  headers = {},
}: Omit<EventInit, 'path' | 'body'> = {}): OutgoingHttpHeaders {
  const all: EventInit['headers'] = {
    'Content-Type': 'application/json',
    'WebHook-Request-Origin': 'demo.webpubsub.example',
    'ce-specversion': '1.0',
    'ce-awpsversion': '1.0',
    'ce-type': type,
    'ce-source': '/hubs/chat/client/conn-0001',
    'ce-id': id,
    'ce-time': '2031-05-04T10:00:00Z',
    'ce-signature': signConnectionId('conn-0001', [K1]),
    'ce-connectionId': 'conn-0001',
    'ce-hub': 'chat',
    'ce-eventName': name,
    ...headers,
  };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined),
  ) as OutgoingHttpHeaders;
}

/** Whether nothing has reached a handler or the application. */
export function isUntouched(app: ReceiverApp, handler: ScriptedHandler): boolean {
  return app.passed.length === 0 && handler.calls.length === 0;
}

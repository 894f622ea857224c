import type { IncomingMessage } from 'node:http';
import { headerValues } from '../http/raw-exchange.js';
import type { RestSettings } from './rest.settings.js';

/** The `host[:port]` that the caller used, by what the request says; the most trusted first. */
export function requestHosts(
  request: IncomingMessage,
  { trustForwardedHost }: RestSettings,
): string[] {
  const own = request.headers.host ?? request.headers[':authority'];
  const forwarded = trustForwardedHost ? forwardedValue(request, 'x-forwarded-host') : undefined;
  return [forwarded, own].filter((host) => typeof host === 'string' && host !== '') as string[];
}

/** `http` or `https`, as the caller used it. */
export function requestScheme(
  request: IncomingMessage,
  { trustForwardedHost }: RestSettings,
): 'http' | 'https' {
  const forwarded = trustForwardedHost ? forwardedValue(request, 'x-forwarded-proto') : undefined;
  if (forwarded !== undefined) return forwarded.toLowerCase() === 'https' ? 'https' : 'http';
  return 'encrypted' in request.socket ? 'https' : 'http';
}

/** What the outermost proxy has written. */
function forwardedValue(request: IncomingMessage, header: string): string | undefined {
  return headerValues(request, header)[0]?.split(',', 1)[0]?.trim();
}

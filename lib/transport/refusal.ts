import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why a handshake is answered with something else than 101. */
export interface Refusal {
  readonly status: number;
  /** Plain text; empty where detail would help an attacker. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers an upgrade request with an HTTP status, and closes the socket. */
export function refuseUpgrade(socket: Duplex, { status, text = '', headers = {} }: Refusal): void {
  if (socket.destroyed) return;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`);
}

import { Duplex } from 'node:stream';
import { refuseUpgrade, type Refusal } from '../../../lib/transport/refusal.js';

type WriteCallback = (error?: Error) => void;

/** A socket whose peer never ends its side. */
function openSocket(write: (chunk: Buffer, callback: WriteCallback) => void): Duplex {
  return new Duplex({
    read() {},
    write: (chunk: Buffer, _encoding, callback) => write(chunk, callback),
  });
}

function closed(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', resolve);
  });
}

/** What is written to the socket of a refused upgrade before it is destroyed. */
async function answer(refusal: Refusal): Promise<string> {
  let text = '';
  const socket = openSocket((chunk, callback) => {
    text += chunk.toString();
    callback();
  });
  refuseUpgrade(socket, refusal);
  await closed(socket);
  return text;
}

describe('refuseUpgrade', () => {
  it('answers with the status and an empty body, and closes the socket (H06)', async () => {
    expect(await answer({ status: 401 })).toBe(
      [
        'HTTP/1.1 401 Unauthorized',
        'Connection: close',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    );
  });

  it('answers with a text, whose length is counted in bytes', async () => {
    const text = 'Größe';
    const [head, body] = (await answer({ status: 400, text })).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(head).toContain('Content-Length: 7');
    expect(body).toBe(text);
  });

  it('answers with headers', async () => {
    const headers = { 'Retry-After': '5' };
    expect(await answer({ status: 429, headers })).toContain('\r\nRetry-After: 5\r\n');
  });

  it('has words for a status without a name', async () => {
    expect(await answer({ status: 499 })).toMatch(/^HTTP\/1\.1 499 Refused\r\n/);
  });

  it('leaves a socket alone that is gone', async () => {
    const chunks: Buffer[] = [];
    const socket = openSocket((chunk) => chunks.push(chunk));
    socket.destroy();
    refuseUpgrade(socket, { status: 500 });
    await closed(socket);
    expect(chunks).toEqual([]);
  });

  it('survives a peer that resets while it is answered', async () => {
    const socket = openSocket((_chunk, callback) => callback(new Error('ECONNRESET')));
    refuseUpgrade(socket, { status: 400 });
    await closed(socket);
    expect(socket.destroyed).toBe(true);
  });
});

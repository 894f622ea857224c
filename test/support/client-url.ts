import { clientToken } from './tokens.js';

/** URL by which a client without a user, roles and groups connects to hub `chat` of this machine. */
export function clientUrl(port: number, query = ''): string {
  const parameters = new URLSearchParams(query);
  const host = `127.0.0.1:${String(port)}`;
  parameters.set('access_token', clientToken(`http://${host}`, 'chat'));
  return `ws://${host}/client/hubs/chat?${parameters.toString()}`;
}

import { Sender, WebSocketServer } from 'ws';
import { createPeerServer, Groups, serve } from './peer.server.js';

/** Who a message goes to now. @typedef {() => Iterable<import('ws').WebSocket>} Audience */

/** A text frame of a server, ready to be written to any socket. */
export function textFrame(text) {
  const options = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };
  return Buffer.concat(Sender.frame(Buffer.from(text), options));
}

/**
 * What a server puts around each payload, so that it writes the very bytes that ours writes.
 *
 * @param {string} [template] `%` stands for the payload
 */
export function envelopeOf(template = '%') {
  const [before, after] = template.split('%');
  return { bytes: before.length + after.length, wrap: (text) => before + text + after };
}

/**
 * A server on `ws` whose clients say `join <group>` and `send <group> <text>`. How a message gets to its
 * audience is what such servers differ in.
 *
 * @param {(audience: Audience, text: string, key: string) => void} deliver
 * @param {number} [envelope] bytes that are put around the payload
 * @param {Partial<import('./announce.js').Description>} [description] what else a load has to know
 */
export function startWsPeer(deliver, envelope = 0, description = {}) {
  const groups = new Groups();
  function publish(text, group) {
    const audience = () => (group === undefined ? sockets.clients : groups.members(group));
    deliver(audience, text, group ?? '*');
  }
  const server = createPeerServer(publish);
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (client) => {
    client.on('message', (data) => {
      const [verb, group, text] = data.toString().split(' ');
      if (verb === 'join') groups.join(group, client);
      else publish(text, group);
    });
  });
  serve(server, publish, {
    upgradePath: '/',
    joinFrame: 'join %',
    publishFrame: 'send all000 %',
    envelope,
    groupEnvelope: envelope,
    ...description,
  });
}

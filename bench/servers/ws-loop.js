import { startWsPeer } from '../support/ws.peer.js';

// What most people write: one `send` for each client.
startWsPeer((audience, text) => {
  for (const client of audience()) client.send(text);
});

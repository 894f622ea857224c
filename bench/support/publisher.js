import { Agent, request } from 'node:http';
import jwt from 'jsonwebtoken';
import { Subscriber } from './subscriber.js';

const CALLERS = 50;

/** Name of a group; all of one length, so that all frames are. */
export const groupName = (index) => `all${String(index).padStart(3, '0')}`;

/** Sends messages to everybody, or to groups, in one of three ways. */
export class Publisher {
  #agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  #clients = [];
  #tokens = new Map();

  /** @param {'post' | 'client' | 'server'} via */
  constructor(target, via, text) {
    this.target = target;
    this.via = via;
    this.text = text;
  }

  /** How many messages may be on their way at a time. */
  get callers() {
    return this.via === 'post' ? CALLERS : 8;
  }

  async start() {
    if (this.via !== 'client') return;
    this.#clients = Array.from({ length: this.callers }, () => new Subscriber(this.target));
    await Promise.all(this.#clients.map((client) => client.connect()));
  }

  /** Resolves when the message is with the server. @param {string} [group] */
  publish(caller, group) {
    switch (this.via) {
      case 'client':
        this.#clients[caller].send(this.target.publishFrame.replace('%', this.text));
        return Promise.resolve();
      case 'server':
        return this.#call(this.target.controlPort, {
          path: `/publish?bytes=${this.text.length}&times=1${group ? `&group=${group}` : ''}`,
          method: 'GET',
          expected: 200,
        });
      default:
        return this.#post(group);
    }
  }

  close() {
    this.#agent.destroy();
    for (const client of this.#clients) client.close();
  }

  #post(group) {
    const { port, path, groupPath, authorization } = this.target;
    return this.#call(port, {
      path: group === undefined ? path : groupPath.replace('%', group),
      method: 'POST',
      expected: 202,
      headers: {
        'content-type': 'text/plain',
        'content-length': this.text.length,
        ...(authorization && { authorization: this.#authorization(group) }),
      },
      body: this.text,
    });
  }

  #authorization(group) {
    const { authorization, groupPath, groupTokenOf } = this.target;
    if (group === undefined) return authorization;
    let header = this.#tokens.get(group);
    if (header === undefined) {
      const [path] = groupPath.replace('%', group).split('?');
      const audience = { aud: `${groupTokenOf.prefix}${path}` };
      header = `Bearer ${jwt.sign(audience, groupTokenOf.key, { expiresIn: '1h' })}`;
      this.#tokens.set(group, header);
    }
    return header;
  }

  #call(port, { path, method, headers = {}, body, expected }) {
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, host: '127.0.0.1', port, path, method, headers };
      const call = request(options, (response) => {
        response.resume().on('end', () => {
          if (response.statusCode === expected) resolve();
          else reject(new Error(`${method} ${path} answered ${response.statusCode}`));
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  }
}

import jwt from 'jsonwebtoken';
import { Caller } from './caller.js';
import { Subscriber } from './subscriber.js';

const CALLERS = 50;

/** Name of a group; all of one length, so that all frames are. */
export const groupName = (index) => `all${String(index).padStart(3, '0')}`;

/** Sends messages to everybody, or to groups, in one of three ways. */
export class Publisher {
  #callers;
  #clients = [];
  #requests = new Map();

  /** @param {'post' | 'client' | 'server'} via */
  constructor(target, via, text) {
    this.target = target;
    this.via = via;
    this.text = text;
  }

  /** How many messages may be on their way at a time. */
  get callers() {
    return this.via === 'client' ? 8 : CALLERS;
  }

  async start() {
    if (this.via !== 'client') {
      const port = this.via === 'post' ? this.target.port : this.target.controlPort;
      this.#callers = Array.from({ length: this.callers }, () => new Caller(port));
      return;
    }
    this.#clients = Array.from({ length: this.callers }, () => new Subscriber(this.target));
    await Promise.all(this.#clients.map((client) => client.connect()));
  }

  /** Resolves when the message is with the server. @param {string} [group] */
  async publish(caller, group) {
    if (this.via === 'client') {
      this.#clients[caller].send(this.target.publishFrame.replace('%', this.text));
      return;
    }
    const status = await this.#callers[caller].send(this.#request(caller, group));
    const expected = this.via === 'post' ? 202 : 200;
    if (status !== expected) throw new Error(`a publish was answered ${status}`);
  }

  close() {
    for (const one of [...(this.#callers ?? []), ...this.#clients]) one.close();
  }

  #request(caller, group) {
    let request = this.#requests.get(group);
    if (request === undefined) {
      request = this.#callers[caller].prepare(
        this.via === 'post' ? this.#post(group) : this.#command(group),
      );
      this.#requests.set(group, request);
    }
    return request;
  }

  #command(group) {
    const suffix = group === undefined ? '' : `&group=${group}`;
    return { method: 'GET', path: `/publish?bytes=${this.text.length}&times=1${suffix}` };
  }

  #post(group) {
    const { path, groupPath, authorization } = this.target;
    return {
      method: 'POST',
      path: group === undefined ? path : groupPath.replace('%', group),
      headers: {
        'content-type': 'text/plain',
        ...this.target.headers,
        ...(authorization && { authorization: this.#authorization(group) }),
      },
      body: this.text,
    };
  }

  #authorization(group) {
    const { authorization, groupPath, groupTokenOf } = this.target;
    if (group === undefined) return authorization;
    const [path] = groupPath.replace('%', group).split('?');
    const audience = { aud: `${groupTokenOf.prefix}${path}` };
    return `Bearer ${jwt.sign(audience, groupTokenOf.key, { expiresIn: '1h' })}`;
  }
}

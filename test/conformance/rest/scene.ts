import { RestClient, type RestCall } from '../../support/rest.client.js';
import type { Surface } from '../../support/platforms.js';
import { startStage, type Persona, type Stage, type StageOptions } from '../../support/stage.js';
import type { WireClient } from '../../support/wire.client.js';
import { outcomeOf, type Outcome } from './answers.js';

/** The clients of the acceptance cases: J speaks JSON, W is raw; `{c1}` to `{c3}` are their ids. */
export type Role = 'J1' | 'J2' | 'W3';
export type Cast = Readonly<Partial<Record<Role, Persona>>>;
type Players<C extends Cast> = { readonly [R in keyof C]: WireClient };

export interface SceneCall extends RestCall {
  /** `null` = no `api-version`. */
  readonly version?: string | null;
}

const USERS: Readonly<Record<Role, string | undefined>> = { J1: 'u1', J2: 'u1', W3: undefined };
const MARKER = 'That is all.';

/** What a REST acceptance case happens on: hub `chat`, its clients, and a caller of the API. */
export class Scene {
  readonly rest: RestClient;
  readonly #ids = new Map<string, string>();

  constructor(readonly stage: Stage) {
    this.rest = new RestClient(stage.url);
  }

  /** Connects clients, one after the other. */
  async cast<C extends Cast>(cast: C): Promise<Players<C>> {
    const players: Partial<Record<Role, WireClient>> = {};
    for (const [role, persona] of Object.entries(cast) as [Role, Persona][]) {
      const who = { userId: USERS[role], ...persona };
      const player = role.startsWith('W') ? await this.stage.raw(who) : await this.stage.json(who);
      players[role] = player;
      this.#ids.set(`{c${role.slice(1)}}`, player.id);
    }
    return players as Players<C>;
  }

  /** The whole request target of an operation of hub `chat`, of version 2024-12-01. */
  target(operation: string, version: string | null = '2024-12-01'): string {
    let target = operation.startsWith('/api') ? operation : `/api/hubs/chat${operation}`;
    for (const [name, id] of this.#ids) {
      target = target.replaceAll(name, id).replaceAll(name.toUpperCase(), swapCase(id));
    }
    if (version === null) return target;
    return `${target}${target.includes('?') ? '&' : '?'}api-version=${version}`;
  }

  /** Calls an operation of hub `chat`; `{c1}` in it is the id of J1, `{C1}` the same in other case. */
  async call(
    method: string,
    operation: string,
    { version, ...call }: SceneCall = {},
  ): Promise<Outcome> {
    return outcomeOf(await this.rest.call(method, this.target(operation, version), call));
  }

  async status(method: string, operation: string, call?: SceneCall): Promise<number> {
    return (await this.call(method, operation, call)).status;
  }

  /**
   * The frames that reached a client before this call. It is sent one more message: what was sent to
   * it earlier comes before that one.
   */
  async heard(client: WireClient): Promise<(string | Buffer)[]> {
    const status = await this.status('POST', `/connections/${client.id}/:send`, text(MARKER));
    if (status !== 202) throw new Error(`The marker was answered ${String(status)}.`);
    const frames: (string | Buffer)[] = [];
    for (;;) {
      const frame = await client.hear();
      if (frame.length < 200 && frame.includes(MARKER)) return frames;
      frames.push(frame);
    }
  }

  async clear(): Promise<void> {
    this.#ids.clear();
    await this.stage.clear();
  }
}

/** Sets the scene for the tests of the running `describe`, and clears it after each. */
export function useScene(platform: Surface, options?: StageOptions): () => Scene {
  let scene: Scene;
  beforeAll(async () => {
    scene = new Scene(await startStage(platform, options));
  });
  afterEach(async () => {
    await scene.clear();
  });
  afterAll(async () => {
    await scene.stage.close();
  });
  return () => scene;
}

function swapCase(id: string): string {
  return id.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

function typed(type: string, body: string | Buffer): RestCall {
  return { headers: { 'content-type': type }, body };
}

/** A text to send. */
export function text(body: string | Buffer): RestCall {
  return typed('text/plain', body);
}

/** A JSON text to send. */
export function json(body: string | Buffer): RestCall {
  return typed('application/json', body);
}

/** Bytes to send. */
export function bytes(body: Buffer): RestCall {
  return typed('application/octet-stream', body);
}

/** The frame in which a JSON client gets a message that is not for a group. */
export function fromServer(dataType: 'text' | 'json' | 'binary', data: string): string {
  return `{"type":"message","from":"server","dataType":"${dataType}","data":${data}}`;
}

/** The frame in which a JSON client gets a text for a group. */
export function fromGroup(group: string, data: string): string {
  return `{"type":"message","from":"group","group":${JSON.stringify(group)},"fromUserId":null,"dataType":"text","data":"${data}"}`;
}

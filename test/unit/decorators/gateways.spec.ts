import { once } from 'node:events';
import type { INestApplication } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { from, type Observable } from 'rxjs';
import { SendToGroup, UserExists } from 'nestjs-web-pubsub';
import { WebSocket } from 'ws';
import type { RecordingDriver } from '../../support/recording.driver.js';
import { compile } from './support/decorated.app.js';

@WebSocketGateway({ path: '/gateway' })
class ChatGateway {
  @SubscribeMessage('above')
  @SendToGroup('lobby')
  above(@MessageBody() data: string): unknown {
    return { event: 'answer', data };
  }

  @SendToGroup('lobby')
  @SubscribeMessage('below')
  below(@MessageBody() data: string): unknown {
    return { event: 'answer', data };
  }

  @SubscribeMessage('stream')
  @SendToGroup('lobby')
  stream(): Observable<unknown> {
    return from([1, 2].map((data) => ({ event: 'answer', data })));
  }

  @SubscribeMessage('checked')
  @UserExists('ann')
  checked(): unknown {
    return { event: 'answer', data: 'checked' };
  }
}

let app: INestApplication;
let driver: RecordingDriver;
let socket: WebSocket;

beforeEach(async () => {
  const compiled = await compile({ providers: [ChatGateway] });
  ({ driver } = compiled);
  app = compiled.module.createNestApplication({ logger: false });
  app.useWebSocketAdapter(new WsAdapter(app));
  await app.listen(0, '127.0.0.1');
  const origin = await app.getUrl();
  socket = new WebSocket(`${origin.replace('http', 'ws')}/gateway`);
  await once(socket, 'open');
});

afterEach(async () => {
  socket.terminate();
  await app.close();
});

async function ask(event: string, data?: unknown): Promise<unknown> {
  const reply = once(socket, 'message');
  socket.send(JSON.stringify({ event, data }));
  const [message] = (await reply) as [Buffer];
  return JSON.parse(message.toString());
}

describe('a decorated gateway', () => {
  it.each(['above', 'below'])('keeps a subscription written %s', async (event) => {
    const answer = { event: 'answer', data: 'hey' };
    expect(await ask(event, 'hey')).toEqual(answer);
    expect(driver.sent).toEqual([JSON.stringify(answer)]);
  });

  it('sends each value of an Observable before it answers it', async () => {
    expect(await ask('stream')).toEqual({ event: 'answer', data: 1 });
    expect(driver.sent[0]).toBe('{"event":"answer","data":1}');
  });

  it('answers behind a check that holds', async () => {
    expect(await ask('checked')).toEqual({ event: 'answer', data: 'checked' });
  });
});

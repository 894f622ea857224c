import {
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  ParseIntPipe,
  Post,
  Query,
  UseGuards,
  type CanActivate,
  type INestApplication,
} from '@nestjs/common';
import { from, type Observable } from 'rxjs';
import { AddConnectionToGroup, SendToGroup, ServiceHealthy, UserExists } from 'nestjs-web-pubsub';
import { PLATFORMS } from '../../support/platforms.js';
import type { RecordingDriver } from '../../support/recording.driver.js';
import { listen } from './support/decorated.app.js';

class ClosedGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Controller('rooms')
class RoomsController {
  @Post(':room/above')
  @HttpCode(202)
  @SendToGroup(({ args }) => args[0])
  above(@Param('room') room: string, @Body() body: object, @Query('n', ParseIntPipe) n: number) {
    return { room, body, n };
  }

  @SendToGroup(({ args }) => args[0])
  @Post(':room/below')
  @HttpCode(202)
  below(@Param('room') room: string, @Body() body: object, @Query('n', ParseIntPipe) n: number) {
    return { room, body, n };
  }

  @Post('closed-above')
  @UseGuards(ClosedGuard)
  @SendToGroup('lobby')
  closedAbove() {
    return 'sent';
  }

  @SendToGroup('lobby')
  @UseGuards(ClosedGuard)
  @Post('closed-below')
  closedBelow() {
    return 'sent';
  }

  @Get('numbers')
  @SendToGroup('lobby')
  numbers(): Observable<number> {
    return from([1, 2]);
  }

  @Get('generated')
  @SendToGroup('lobby')
  async *generated(): AsyncGenerator<number> {
    yield 1;
    yield 2;
  }

  @Get('users/:user')
  @UserExists(({ args }) => args[0])
  user(@Param('user') user: string) {
    return { user };
  }

  @Get('users/:user/numbers')
  @UserExists(({ args }) => args[0])
  userNumbers(@Param('user') _user: string): Observable<number> {
    return from([1, 2]);
  }

  @Get('healthy')
  @ServiceHealthy()
  healthy() {
    return {};
  }

  @Post('connections/:id')
  @AddConnectionToGroup('lobby', ({ args }) => args[0])
  join(@Param('id') _id: string) {
    return {};
  }
}

describe.each(PLATFORMS)('a decorated controller on %s', (platform) => {
  let app: INestApplication;
  let driver: RecordingDriver;
  let origin: string;

  beforeEach(async () => {
    ({ app, driver, origin } = await listen(platform, { controllers: [RoomsController] }));
  });

  afterEach(async () => {
    await app.close();
  });

  async function call(method: string, path: string, body?: object) {
    const response = await fetch(`${origin}/rooms/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: response.status, body: await response.json() };
  }

  it.each(['above', 'below'])('keeps a route and its parameters written %s', async (where) => {
    const result = { room: 'blue', body: { a: 1 }, n: 7 };
    const reply = await call('POST', `blue/${where}?n=7`, { a: 1 });
    expect(reply).toEqual({ status: 202, body: result });
    expect(driver.operations.map(({ args }) => args.slice(0, 2))).toEqual([
      ['blue', JSON.stringify(result)],
    ]);
  });

  it.each(['above', 'below'])('keeps a guard written %s', async (where) => {
    expect(await call('POST', `closed-${where}`)).toMatchObject({ status: 403 });
    expect(driver.operations).toEqual([]);
  });

  it('sends nothing when a pipe refuses', async () => {
    expect(await call('POST', 'blue/above?n=x', {})).toMatchObject({ status: 400 });
    expect(driver.operations).toEqual([]);
  });

  it.each([
    ['an Observable', 'numbers'],
    ['an async iterable', 'generated'],
  ])('answers the last value of %s and sends each', async (_, path) => {
    expect(await call('GET', path)).toEqual({ status: 200, body: 2 });
    expect(driver.sent).toEqual(['1', '2']);
  });

  it('answers an Observable behind a check', async () => {
    expect(await call('GET', 'users/ann/numbers')).toEqual({ status: 200, body: 2 });
  });

  it('answers 404 with the error of the service when a check fails', async () => {
    expect(await call('GET', 'users/ann')).toEqual({ status: 200, body: { user: 'ann' } });
    driver.willAnswer('userExists', () => false);
    expect(await call('GET', 'users/ann')).toMatchObject({
      status: 404,
      body: { code: 'Warning.User.NotExisted', message: 'User `ann` is not found.' },
    });
  });

  it('answers 503 while the service cannot be used', async () => {
    driver.isUp = false;
    expect(await call('GET', 'healthy')).toMatchObject({ status: 503 });
  });

  it('answers 404 when the target of a write is not there', async () => {
    driver.willAnswer('addConnectionToGroup', () => false);
    expect(await call('POST', 'connections/c1')).toMatchObject({
      status: 404,
      body: { message: 'Connection `c1` is not found.' },
    });
  });
});

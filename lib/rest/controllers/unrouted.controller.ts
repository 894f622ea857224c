import { All, Req } from '@nestjs/common';
import { UNROUTED } from '../platform/action-paths.js';
import type { PlatformRequest } from '../../http/raw-exchange.js';
import { OpenController } from '../rest-controller.decorator.js';
import { RestRequest } from '../rest-request.js';
import { methodNotAllowed, RefusedRequest } from '../rest.errors.js';

/** Answers for our part of the URL space where it has no operation (rest.md 4, stage 1). */
@OpenController('api/hubs')
export class UnroutedController {
  @All(UNROUTED)
  refuse(@Req() request: PlatformRequest): never {
    const { resolution } = RestRequest.of(request);
    if (resolution.outcome === 'unknownMethod') throw methodNotAllowed(resolution.allowed);
    throw new RefusedRequest(404);
  }
}

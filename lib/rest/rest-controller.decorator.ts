import {
  applyDecorators,
  Controller,
  UseFilters,
  UseGuards,
  UsePipes,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { AccessTokenGuard } from './access-token.guard.js';
import { ApiVersionGuard } from './api-version.guard.js';
import { DocumentedOperations } from './openapi.metadata.js';
import { RestExceptionFilter } from './rest-exception.filter.js';
import { RestValidationPipe } from './rest-validation.pipe.js';

/** A controller of operations on hubs: all stages that stand before every one of them. */
export function RestController(path: string): ClassDecorator {
  return applyDecorators(
    OpenController(path),
    UseGuards(ApiVersionGuard, AccessTokenGuard),
    UsePipes(RestValidationPipe),
  );
}

/** A controller that anybody may call. Versions of the application's own API do not move it. */
export function OpenController(path: string): ClassDecorator {
  return applyDecorators(
    Controller({ path, version: VERSION_NEUTRAL }),
    UseFilters(RestExceptionFilter),
    DocumentedOperations(),
  );
}

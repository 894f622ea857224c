import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { VersionProfile } from './api-version.js';
import type { OperationParameters } from './dto/operation-parameters.js';
import { requestIn } from '../http/raw-exchange.js';
import { RestRequest } from './rest-request.js';
import type { ParametersClass } from './rest-target.js';

/**
 * The parameters of an operation, from path and query. To Nest they are a custom parameter, so pipes
 * that the application has for queries and bodies leave them alone.
 */
export const Parameters = createParamDecorator(
  (parametersClass: ParametersClass, context: ExecutionContext): OperationParameters =>
    requestOf(context).parameters(parametersClass),
);

/** The rules of the api-version of the request: a {@link VersionProfile}. */
export const Profile = createParamDecorator(
  (_: unknown, context: ExecutionContext): VersionProfile => requestOf(context).profile,
);

function requestOf(context: ExecutionContext): RestRequest {
  return RestRequest.of(requestIn(context));
}

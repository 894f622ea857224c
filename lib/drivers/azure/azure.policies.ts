import type { AzurePolicy } from './azure.sdk.js';

const VERSION = 'api-version';

/**
 * The package takes every query parameter with `api-version` in its *value* for the version, and
 * writes over it: a filter or an excluded connection would be lost. The same text, one character
 * escaped, is left alone.
 */
export const protectQuery: AzurePolicy = {
  name: 'nestjs-web-pubsub-protect-query',
  async sendRequest(request, next) {
    const [path, parameters] = parametersOf(request.url);
    const protectedParameters = parameters.map((parameter) =>
      isVersion(parameter) ? parameter : parameter.replaceAll(VERSION, 'api%2Dversion'),
    );
    request.url = urlOf(path, protectedParameters);
    return await next(request);
  },
};

/**
 * Another version than that of the package, which cannot be told. The request is signed by now, but
 * a signature is for the path only (rest.md 7.3).
 */
export function callVersion(apiVersion: string): AzurePolicy {
  return {
    name: 'nestjs-web-pubsub-api-version',
    async sendRequest(request, next) {
      const [path, parameters] = parametersOf(request.url);
      const version = `${VERSION}=${encodeURIComponent(apiVersion)}`;
      request.url = urlOf(
        path,
        parameters.map((parameter) => (isVersion(parameter) ? version : parameter)),
      );
      return await next(request);
    },
  };
}

/**
 * Sends requests for the endpoint to a gateway, after they were signed for the endpoint. The
 * package's own way keeps the scheme of the endpoint, and drops the path of the gateway.
 */
export function goThrough(gateway: URL, endpoint: URL): AzurePolicy {
  return {
    name: 'nestjs-web-pubsub-gateway',
    async sendRequest(request, next) {
      // A repeated request has been here before.
      if (request.url.startsWith(endpoint.href)) {
        request.url = gateway.href + request.url.slice(endpoint.href.length);
      }
      return await next(request);
    },
  };
}

/** Makes a HEAD request of any kind the one that asks for the health of the service. */
export function askForHealth(endpoint: URL): AzurePolicy {
  return {
    name: 'nestjs-web-pubsub-health',
    async sendRequest(request, next) {
      const [, parameters] = parametersOf(request.url);
      request.url = urlOf(`${endpoint.href}api/health`, parameters);
      return await next(request);
    },
  };
}

function parametersOf(url: string): [path: string, parameters: string[]] {
  const start = url.indexOf('?');
  return start === -1 ? [url, []] : [url.slice(0, start), url.slice(start + 1).split('&')];
}

function urlOf(path: string, parameters: readonly string[]): string {
  return parameters.length === 0 ? path : `${path}?${parameters.join('&')}`;
}

function isVersion(parameter: string): boolean {
  return parameter.startsWith(`${VERSION}=`);
}

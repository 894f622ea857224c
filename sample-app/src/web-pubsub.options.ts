import type { WebPubSubModuleOptions } from 'nestjs-web-pubsub';

/**
 * Where the hub lives: without anything, in this process; with the connection string of a service, there.
 * That service sends the events of clients to the receiver.
 */
export function webPubSubOptions(environment: NodeJS.ProcessEnv): WebPubSubModuleOptions {
  const {
    WEB_PUBSUB_ACCESS_KEY: accessKey,
    WEB_PUBSUB_CONNECTION_STRING: connectionString,
    WEB_PUBSUB_DRIVER: driver,
  } = environment;
  if (connectionString !== undefined) {
    const isAzure = driver === 'azure' && { driver: 'azure' as const };
    return { hubs: ['chat'], connectionString, receiver: true, ...isAzure };
  }
  // Set the key to keep the same clients over restarts.
  return { hubs: ['chat'], ...(accessKey && { accessKey }) };
}

import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { WebPubSubModuleOptions } from './web-pubsub.options.js';

/** What has to be known before any option is: it decides what Nest registers. */
export interface WebPubSubModuleExtras {
  /**
   * Whether other modules can use hubs without importing the module.
   *
   * @defaultValue true
   */
  isGlobal?: boolean;
  /**
   * Whether the REST controllers are registered. Only for `forRootAsync`; with `forRoot` the option
   * `rest` says it.
   *
   * @defaultValue true
   */
  serveRest?: boolean;
  /** Hubs to inject with {@link InjectHub}, for `forRootAsync`; merged with the option `hubs`. */
  hubNames?: readonly string[];
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<WebPubSubModuleOptions>({ moduleName: 'WebPubSub' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createWebPubSubOptions')
    .setExtras<WebPubSubModuleExtras>(
      { isGlobal: true, serveRest: true, hubNames: [] },
      (definition, { isGlobal }) => ({ ...definition, global: isGlobal }),
    )
    .build();

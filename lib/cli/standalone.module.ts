import { Module, type DynamicModule } from '@nestjs/common';
import { WebPubSubModule } from '../web-pubsub.module.js';
import type { WebPubSubModuleOptions } from '../web-pubsub.options.js';

/** An application that is nothing but the service. */
@Module({})
export class StandaloneModule {
  static with(options: WebPubSubModuleOptions): DynamicModule {
    return { module: StandaloneModule, imports: [WebPubSubModule.forRoot(options)] };
  }
}

import { Module, type DynamicModule } from '@nestjs/common';
import { WebPubSubModule } from '../web-pubsub.module.js';
import type { WebPubSubModuleOptions } from '../web-pubsub.options.js';

/** An application that is nothing but the service. */
@Module({})
export class StandaloneModule {
  static with({ rest, ...options }: WebPubSubModuleOptions): DynamicModule {
    // There is no application for requests to go through.
    const direct = { pipeline: 'direct', ...(typeof rest === 'object' ? rest : {}) } as const;
    const hub = WebPubSubModule.forRoot({ ...options, rest: rest === false ? false : direct });
    return { module: StandaloneModule, imports: [hub] };
  }
}

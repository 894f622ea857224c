import { Module } from '@nestjs/common';

/** Carries the hubs of {@link WebPubSubModule.forFeature}; a class of its own, so that it is no second root. */
@Module({})
export class WebPubSubFeatureModule {}

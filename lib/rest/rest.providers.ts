import type { Provider } from '@nestjs/common';
import { BodyReader } from './body.reader.js';
import { GroupMembersAnswers } from './group-members.answers.js';
import { GroupsRequestReader } from './groups-request.reader.js';
import { HubDrivers } from './hub-drivers.js';
import { MessageReader } from './message.reader.js';
import { RestFront } from './rest.front.js';

/**
 * What the controllers need. The module adds {@link REST_SETTINGS}, {@link WEB_PUBSUB_DRIVER} and
 * {@link TokenVerifier}.
 */
export const restProviders: Provider[] = [
  HubDrivers,
  BodyReader,
  MessageReader,
  GroupsRequestReader,
  GroupMembersAnswers,
  RestFront,
];

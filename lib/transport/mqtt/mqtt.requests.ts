import type { Connection } from '../../engine/connection.js';
import type { Engine } from '../../engine/engine.js';
import { settled, type LocalHub } from '../../engine/local-hub.js';
import type { MqttSession } from '../../protocols/mqtt/mqtt.session.js';
import { packetEncoder, type AcknowledgementType } from '../../protocols/mqtt/packet.encoder.js';
import type {
  ClientPacket,
  PublishPacket,
  SubscribePacket,
  SubscriptionRequest,
  UnsubscribePacket,
} from '../../protocols/mqtt/packets.js';
import {
  malformed,
  MqttViolation,
  REASON,
  SUBSCRIPTION_FAILURE,
} from '../../protocols/mqtt/reason-codes.js';
import { filterTarget, publishTarget } from '../../protocols/mqtt/topics.js';
import { isMediaType } from '../../protocols/mqtt/content-types.js';
import { binaryFrame } from '../../protocols/websocket-frame.js';
import { groupMessage } from './group-message.js';
import type { MqttUserEvents } from './mqtt.user-events.js';

/** A client whose CONNECT was accepted. */
export interface MqttClient {
  readonly connection: Connection;
  readonly session: MqttSession;
}

/** Packets of a client after its CONNECT, but for DISCONNECT. */
export type RequestPacket = Exclude<ClientPacket, { type: 'connect' | 'disconnect' }>;

/** Does what MQTT clients ask for, one packet of a client at a time (client-protocols.md 8.6, 8.7). */
export class MqttRequests {
  constructor(
    private readonly engine: Engine,
    private readonly userEvents: MqttUserEvents,
  ) {}

  /**
   * @returns a promise when the next packet of the client has to wait
   * @throws {@link MqttViolation} when the network connection has to end
   */
  handle(client: MqttClient, packet: RequestPacket): Promise<void> | undefined {
    switch (packet.type) {
      case 'publish':
        return this.#publish(client, packet);
      case 'subscribe':
        return this.#subscribe(client, packet);
      case 'unsubscribe':
        return this.#unsubscribe(client, packet);
      case 'pubrel': {
        const isKnown = client.session.received.delete(packet.packetId);
        acknowledge(client, 'pubcomp', packet.packetId, isKnown ? 0 : REASON.unknownPacketId);
        return undefined;
      }
      case 'puback':
      case 'pubrec':
      case 'pubcomp':
        client.session.acknowledged(packet);
        return undefined;
      case 'pingreq':
        reply(client, packetEncoder.pingresp());
        return undefined;
    }
  }

  #publish(client: MqttClient, packet: PublishPacket): Promise<void> | undefined {
    const { connection, session } = client;
    const isVersion5 = session.terms.version === 5;
    if (isVersion5) refuseUnsupported(packet);
    if (packet.qos === 2 && session.received.has(packet.packetId)) {
      acknowledge(client, 'pubrec', packet.packetId);
      return undefined;
    }
    const target = publishTarget(packet.topic);
    if (target === undefined) {
      if (!isVersion5) throw malformed('nothing can be published to the topic');
      return refuse(client, packet, REASON.invalidTopicName);
    }
    if (target.kind === 'event') return this.#raise(client, packet, target.event);
    if (!connection.permissions.allows('sendToGroup', target.group)) {
      return refuse(client, packet, REASON.notAuthorized);
    }
    if (packet.qos === 2) session.received.add(packet.packetId);
    const message = groupMessage(connection, target.group, packet, this.engine.clock());
    const sent = this.engine.hub(connection.info.hub).deliver(target, message);
    if (sent !== undefined) return sent.then(() => accept(client, packet));
    accept(client, packet);
    return undefined;
  }

  #raise(client: MqttClient, packet: PublishPacket, event: string): Promise<void> | undefined {
    const { contentType } = packet.properties;
    if (contentType !== undefined && !isMediaType(contentType)) {
      return refuse(client, packet, REASON.invalidPayloadFormat);
    }
    if (packet.qos === 2) client.session.received.add(packet.packetId);
    // Accepted for dispatch: the acknowledgement does not wait for the handler.
    accept(client, packet);
    return this.userEvents.raise(client.connection, packet, event);
  }

  #subscribe(client: MqttClient, packet: SubscribePacket): Promise<void> | undefined {
    const { local } = this.engine.serve(client.connection.info.hub);
    const waits: (Promise<void> | undefined)[] = [];
    const ids = packet.properties.subscriptionIds;
    const codes = packet.subscriptions.map((request) => {
      const code = subscriptionProblem(client, local, request);
      if (code !== undefined) {
        return client.session.terms.version === 5 ? code : SUBSCRIPTION_FAILURE;
      }
      const { filter, qos, noLocal } = request;
      const { connection } = client;
      // Before the membership, which may bring the first message at once.
      client.session.subscriptions.set(filter, { qos, noLocal, owner: connection.id, ids });
      if (filterTarget(filter).kind === 'group') waits.push(local.join(connection, filter));
      return qos;
    });
    const answer = packetEncoder.suback(client.session.terms.version, packet.packetId, codes);
    if (waits.every((wait) => wait === undefined)) {
      reply(client, answer);
      return undefined;
    }
    return settled(waits).then(() => reply(client, answer));
  }

  #unsubscribe(client: MqttClient, packet: UnsubscribePacket): undefined {
    const { connection, session } = client;
    const { local } = this.engine.serve(connection.info.hub);
    const codes = packet.filters.map((filter) => {
      const target = filterTarget(filter);
      switch (target.kind) {
        case 'refused':
          return target.reasonCode === REASON.invalidTopicFilter
            ? target.reasonCode
            : REASON.noSubscription;
        case 'reserved':
          return session.subscriptions.delete(filter) ? REASON.success : REASON.noSubscription;
        case 'group':
          if (!connection.permissions.allows('joinLeaveGroup', filter)) return REASON.notAuthorized;
          if (!local.isMember(connection, filter)) return REASON.noSubscription;
          local.leave(connection, filter);
          return REASON.success;
      }
    });
    reply(client, packetEncoder.unsuback(session.terms.version, packet.packetId, codes));
  }
}

/** What a client of MQTT 5.0 knows that it may not do here. */
function refuseUnsupported({ retain, topic, properties }: PublishPacket): void {
  if (retain) throw new MqttViolation(REASON.retainNotSupported, 'a retained message');
  if (properties.topicAlias !== undefined) {
    throw new MqttViolation(REASON.invalidTopicAlias, `a topic alias for '${topic.slice(0, 64)}'`);
  }
  if (properties.responseTopic !== undefined && /[#+]/.test(properties.responseTopic)) {
    throw new MqttViolation(REASON.protocolError, 'a response topic with wildcards');
  }
}

/** The SUBACK code of a filter that is not granted. */
function subscriptionProblem(
  { connection, session }: MqttClient,
  local: LocalHub,
  { filter }: SubscriptionRequest,
): number | undefined {
  const target = filterTarget(filter);
  if (target.kind === 'refused') return target.reasonCode;
  const { groupsPerConnection } = local.limits;
  const isKnown = session.subscriptions.has(filter);
  if (!isKnown && session.subscriptions.size >= groupsPerConnection) return REASON.quotaExceeded;
  if (target.kind === 'reserved') return undefined;
  if (!connection.permissions.allows('joinLeaveGroup', filter)) return REASON.notAuthorized;
  return local.hasRoomFor(connection, [filter]) ? undefined : REASON.quotaExceeded;
}

function accept(client: MqttClient, { qos, packetId }: PublishPacket): void {
  if (qos > 0) acknowledge(client, qos === 1 ? 'puback' : 'pubrec', packetId);
}

/** With QoS 0 there is no other answer than the end; one of MQTT 3.1.1 cannot tell a refusal. */
function refuse(client: MqttClient, packet: PublishPacket, reasonCode: number): undefined {
  if (packet.qos === 0) throw new MqttViolation(reasonCode, 'a refused publish with QoS 0');
  if (client.session.terms.version === 5) {
    acknowledge(client, packet.qos === 1 ? 'puback' : 'pubrec', packet.packetId, reasonCode);
    return;
  }
  if (packet.qos === 2) client.session.received.add(packet.packetId);
  accept(client, packet);
}

function acknowledge(
  client: MqttClient,
  type: AcknowledgementType,
  packetId: number,
  reasonCode?: number,
): void {
  const { version } = client.session.terms;
  reply(client, packetEncoder.acknowledgement(version, type, packetId, reasonCode));
}

function reply({ connection }: MqttClient, packet: Buffer): void {
  connection.reply(binaryFrame(packet));
}

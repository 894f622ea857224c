/** Rooms are the groups whose names begin like this; roles and paths are made from it. */
const PREFIX = 'room-';

/** The group of a room. */
export function groupOf(room: string): string {
  return `${PREFIX}${room}`;
}

/** What everybody may do: come and go, and talk, in every room. */
export const ROOM_ROLES = [
  `webpubsub.joinLeaveGroups.${PREFIX}**`,
  `webpubsub.sendToGroups.${PREFIX}**`,
];

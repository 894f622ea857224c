/**
 * @typedef {object} Server
 * @property {string} name how its row is called
 * @property {string} [script] file under `servers/`; none = the load runs alone
 * @property {string[]} args
 * @property {object} [input] what the load is told besides the input of the scenario
 * @property {object} [target] what the load is told in the place of what the server announces
 */

/**
 * What the numbers should be: at `least`, at `most`, or at most so much `more`.
 *
 * @typedef {object} Target
 * @property {string} [of] the row it is about; the first unless said
 * @property {string} [value] which member of a result it is about; that of the scenario unless said
 * @property {string} [to] the row it is compared with; none = the number itself counts
 * @property {number} [least] `of` divided by `to`, or the number itself
 * @property {number} [most]
 * @property {number} [mostMore] `of` without `to`
 */

/**
 * Measures the same at several sizes.
 *
 * @typedef {object} Growth
 * @property {string} axis what grows
 * @property {string} file ending of the name of its plot
 * @property {{ at: number, input: object }[]} points
 * @property {Record<string, string>} [series] lines by the members of a result; one for each server
 * unless said
 */

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} unit
 * @property {'higher' | 'lower'} better
 * @property {string} load file under `loads/`
 * @property {object} input what the load is told
 * @property {string} [value] which member of its result counts
 * @property {Server[]} servers the first is ours
 * @property {{ value: string, title: string, scale?: number }[]} [extras] what else of its result is shown
 * @property {Target[]} [targets]
 * @property {{ scenario: string, row: string }} [ceiling] what the load can do
 * @property {boolean} [isCeiling] whether it shows the load, and no server
 * @property {Growth} [growth]
 * @property {number} [connections] how many one process has open
 * @property {boolean} [isSmoke] whether it is part of the short run
 */

export const OURS = 'nestjs-web-pubsub';
/** Without what Nest does for each request. */
export const DIRECT = `${OURS}, direct`;
export const JSON_PROTOCOL = 'json.webpubsub.azure.v1';
export const RELIABLE_PROTOCOL = 'json.reliable.webpubsub.azure.v1';
export const PROTOBUF_PROTOCOL = 'protobuf.webpubsub.azure.v1';

/** What our JSON clients get of a message to everybody, and of one to the group `all000`. */
const JSON_ENVELOPE = '{"type":"message","from":"server","dataType":"text","data":"%"}';

const JSON_GROUP_ENVELOPE =
  '{"type":"message","from":"group","fromUserId":null,"group":"all000","dataType":"text","data":"%"}';

/** @param {string} protocol @param {object} [options] of the module @returns {Server} */
export function ours(protocol, options = {}) {
  return { name: OURS, script: OURS, args: [protocol, JSON.stringify(options)] };
}

/** @param {string} name file under `servers/` @returns {Server} */
export function peer(name, ...args) {
  return { name, script: name, args };
}

/** The same server under another name, with another task. @returns {Server} */
export function as(server, name, { input, target } = {}) {
  return { ...server, name, input, target };
}

/** Joins frames by hand, and writes the bytes that ours writes. */
export const joined = (protocol) =>
  protocol === JSON_PROTOCOL ? peer('ws-joined', JSON_ENVELOPE) : peer('ws-joined');

/** Writes each frame to each socket of a group, and the bytes that ours writes to JSON clients. */
export const prebuiltForGroup = () => peer('ws-prebuilt', JSON_GROUP_ENVELOPE);

/** Whether a row is ours, under whatever name. */
export const isOurs = (name) => name.startsWith(OURS);

export const count = (number) => number.toLocaleString('en');

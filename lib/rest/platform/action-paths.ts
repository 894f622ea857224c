/**
 * Stands for the colon of `/:send` in the routes of our controllers. Each router has its own way to
 * write a literal colon, and no spelling suits them all; a tilde is plain text to every one.
 * {@link RequestRouter} exchanges the two, so nobody outside sees it.
 */
export const ACTION_MARK = '~';

/** The route of an action: `action('send')` serves `/:send`. */
export function action(name: string): string {
  return `${ACTION_MARK}${name}`;
}

/** The action segment as callers write it, decoded. */
export function publicSegment(segment: string): string {
  return segment.startsWith(ACTION_MARK) ? `:${segment.slice(ACTION_MARK.length)}` : segment;
}

/**
 * Route to which requests for our part of the URL space go that no operation serves. As a segment
 * behind `/api/hubs/` it cannot be the name of a hub.
 */
export const UNROUTED = action('unrouted');

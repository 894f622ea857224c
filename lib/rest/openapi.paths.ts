import { publicSegment } from './platform/action-paths.js';

/** A route as callers and OpenAPI write it, with parameters in braces. */
export function pathTemplate(segments: readonly string[]): string {
  return segments.map((segment) => `/${publicForm(segment)}`).join('');
}

function publicForm(segment: string): string {
  return segment.startsWith(':') ? `{${segment.slice(1)}}` : publicSegment(segment);
}

/** The HTTP platforms every acceptance test runs on. */
export const PLATFORMS = ['express', 'fastify'] as const;

export type Platform = (typeof PLATFORMS)[number];

/** The ways of a request to the REST API: through the application on each platform, or past it. */
export const SURFACES = [...PLATFORMS, 'direct'] as const;

export type Surface = (typeof SURFACES)[number];

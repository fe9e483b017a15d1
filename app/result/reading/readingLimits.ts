/** So few runs are read with all their series, so that choosing others needs no waiting. */
export const readAllUpTo = 24;
/** Most points of a series that the server gives at once. */
export const maxSmoothedPoints = 5_000;
/** Runs named in one question: more would not fit its address. */
export const maxRunsAsked = 100;

export const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

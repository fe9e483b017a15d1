const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A config with changes: objects are merged, everything else is replaced. */
export function merge(into: unknown, from: unknown): unknown {
  if (!isRecord(into) || !isRecord(from)) return from;
  return { ...into, ...Object.fromEntries(Object.entries(from).map(([key, value]) => [key, merge(into[key], value)])) };
}

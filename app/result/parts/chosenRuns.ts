/** The runs that are drawn once one was ticked, or is no longer, by their ordinals; null: those that are drawn of themselves. */
export function toggledRun(runs: readonly number[] | null, ordinal: number): number[] | null {
  const chosen = runs ?? [];
  if (!chosen.includes(ordinal)) return [...chosen, ordinal].sort((a, b) => a - b);
  const left = chosen.filter((one) => one !== ordinal);
  return left.length === 0 ? null : left;
}

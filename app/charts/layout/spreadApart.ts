/**
 * Moves positions apart so that neighbours keep a distance, in their order, as near to where they were as a few sweeps
 * get them, inside [low, high] where they fit.
 */
export function spreadApart(wanted: readonly number[], distance: number, low: number, high: number): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] as number) - (wanted[b] as number) || a - b);
  const at = order.map((index) => Math.min(high, Math.max(low, wanted[index] as number)));
  for (let sweep = 0; sweep < 12; sweep++)
    for (let i = 1; i < at.length; i++) {
      const lack = distance - ((at[i] as number) - (at[i - 1] as number));
      if (lack <= 0) continue;
      at[i - 1] = (at[i - 1] as number) - lack / 2;
      at[i] = (at[i] as number) + lack / 2;
    }
  for (let i = 0; i < at.length; i++) at[i] = Math.max(at[i] as number, i === 0 ? low : (at[i - 1] as number) + distance);
  for (let i = at.length - 1; i >= 0; i--)
    at[i] = Math.min(at[i] as number, i === at.length - 1 ? high : (at[i + 1] as number) - distance);
  const placed: number[] = new Array(wanted.length).fill(0);
  order.forEach((index, rank) => {
    placed[index] = at[rank] as number;
  });
  return placed;
}

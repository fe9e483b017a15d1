const maxNamed = 3;

/** "15 runs in 2 packs of 8 and 7", "18 runs in 6 packs of 3", "5 runs in a pack of 3, and 2 alone". @param packs runs of each */
export function packsText(packs: readonly number[]): string {
  const runs = packs.reduce((sum, size) => sum + size, 0);
  const real = packs.filter((size) => size > 1);
  const alone = packs.length - real.length;
  const sizes = [...new Set(real)].sort((a, b) => b - a);
  const named = real.length > maxNamed && sizes.length > 1 ? `up to ${sizes[0]}` : listed(sizes.length === 1 ? sizes : real);
  const counted = real.length === 1 ? `a pack of ${named}` : `${real.length.toLocaleString("en")} packs of ${named}`;
  return `${runs.toLocaleString("en")} runs in ${counted}${alone > 0 ? `, and ${alone.toLocaleString("en")} alone` : ""}`;
}

const listed = (sizes: readonly number[]): string =>
  sizes.length === 1 ? String(sizes[0]) : `${sizes.slice(0, -1).join(", ")} and ${sizes.at(-1)}`;

/**
 * Exponential moving average with the start-up bias removed, of plot coordinates (so it is geometric on a logarithmic
 * axis); gaps stay gaps and do not enter it.
 * @param weight 0 (off) … <1; the share of the past in each value.
 */
export function smoothSeries(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (!(weight > 0)) return [...values];
  let average = 0;
  let mass = 0;
  return values.map((value) => {
    if (value === null) return null;
    average = weight * average + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return average / mass;
  });
}

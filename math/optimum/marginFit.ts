/** A fit over K classes of equal margin ρ = z_y − z_k for every k ≠ y, and its slope. */
export interface MarginFit {
  value(margin: number): number;
  slope(margin: number): number;
}

/**
 * Cross entropy log(1 + (K−1)e^{−ρ}), with smoothed labels ε(K−1)/K · ρ more, or the focal loss q^γ (−log p) with
 * p = 1/(1 + (K−1)e^{−ρ}) and q = 1 − p. The first two are convex; the focal loss falls everywhere, and is not convex.
 * Source: Lin et al. (2017), eq. 4; smoothing: Szegedy et al. (2016), section 7.
 */
export function marginFit(classes: number, { smoothing = 0, gamma = 0 }: { smoothing?: number; gamma?: number }): MarginFit {
  const share = (classes - 1) / classes;
  const others = (margin: number) => (classes - 1) * Math.exp(-margin);
  return {
    value(margin) {
      const rest = others(margin);
      return Math.log1p(rest) * (gamma === 0 ? 1 : (rest / (1 + rest)) ** gamma) + smoothing * share * margin;
    },
    slope(margin) {
      const rest = others(margin);
      const q = rest / (1 + rest);
      if (gamma === 0) return smoothing * share - q;
      // dL/dρ = −q^{γ+1} − γ p q^γ (−log p)
      return -(q ** gamma) * (q + (gamma * Math.log1p(rest)) / (1 + rest));
    },
  };
}

/**
 * The margin ρ ≥ 0 at which f(ρ) + cρ + κρ²/2 is least, over all of them: every place where the slope turns from falling to rising is
 * found on a grid and narrowed down by bisection to neighbouring floats. Beyond ρ = 700 no e^{−ρ} is left to fall.
 * @param linear c ≥ 0 @param quadratic κ ≥ 0; one of both above 0
 */
export function bestMargin(fit: MarginFit, linear: number, quadratic: number): number {
  const slope = (margin: number) => fit.slope(margin) + linear + quadratic * margin;
  const total = (margin: number) => fit.value(margin) + linear * margin + (quadratic * margin * margin) / 2;
  let best = 0;
  let before = slope(0);
  for (let low = 0; low < mostMargin; low += gridStep) {
    const after = slope(low + gridStep);
    if (before < 0 && after >= 0) {
      const margin = rootBetween(slope, low, low + gridStep);
      if (total(margin) < total(best)) best = margin;
    }
    before = after;
  }
  return best;
}

const gridStep = 1 / 16;
const mostMargin = 700;

function rootBetween(slope: (margin: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
}

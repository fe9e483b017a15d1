import { idealGram } from "../frames/idealGram.ts";
import { addProduct } from "../linear/flatProducts.ts";
import { matrix } from "../linear/matrix.ts";
import type { CollapsedObjective, CollapsedPoint } from "./collapsedObjective.ts";
import type { Slack } from "./slackObjective.ts";

/** An objective with slack over coordinates in which a large ρ is no harder than a small one. */
interface HeldObjective extends CollapsedObjective {
  /** A first point on the frame itself. */
  start(): Float64Array;
  /** τ, how far W goes from the frame for a unit of its free coordinates; before it is set it is 0 and W stays there, ρ = ∞. */
  setFreedom(freedom: number): void;
  /** s of W = sF at x. */
  scaleOf(x: Float64Array): number;
}

/**
 * A collapsed objective of K coordinates, given without its slack, with W = sF + t 11ᵀ/K + τT, T symmetric, for x = [s, t, T (lower
 * triangle), Z, b]; t stays 0 for the orthogonal frame, where T does its work.
 * A rotation of all coordinates makes any W symmetric, so that nothing is lost; on W alone ρ acts with a curvature of 4ρs² on T,
 * which τ takes away, and with none on s. F² = F, so that the slack's S is what F leaves of s(FX + XF) + X², X = W − sF: no digits are lost
 * to the difference of WWᵀ and cF.
 */
export function heldObjective(base: CollapsedObjective, counts: readonly number[], slack: Slack): HeldObjective {
  const classes = counts.length;
  const frame = idealGram(classes, slack.frame).data;
  const frameSquares = frame.reduce((sum, entry) => sum + entry * entry, 0);
  const withOnes = slack.frame === "simplex";
  const full = classes * classes;
  const packed = (classes * (classes + 1)) / 2;
  const head = 2 + packed;
  const inner = new Float64Array(base.size);
  const innerGradient = new Float64Array(base.size);
  const apart = new Float64Array(full); // X
  const around = new Float64Array(full); // FX, then S
  const product = new Float64Array(full);
  let freedom = 0;

  function place(x: Float64Array): void {
    let at = 2;
    for (let i = 0; i < classes; i++)
      for (let j = 0; j <= i; j++) {
        const value = freedom * x[at++] + (withOnes ? x[1] / classes : 0);
        apart[i * classes + j] = value;
        apart[j * classes + i] = value;
      }
    for (let i = 0; i < full; i++) inner[i] = x[0] * frame[i] + apart[i];
    inner.set(x.subarray(head), full);
  }

  /** S into `around`; returns (ρ/2)‖S‖². */
  function residual(scale: number): number {
    product.fill(0);
    addProduct(apart, apart, product, classes, classes, classes);
    around.fill(0);
    addProduct(frame, apart, around, classes, classes, classes);
    for (let i = 0; i < classes; i++)
      for (let j = 0; j < classes; j++) product[i * classes + j] += scale * (around[i * classes + j] + around[j * classes + i]);
    const along = product.reduce((sum, entry, i) => sum + entry * frame[i], 0) / frameSquares;
    let squares = 0;
    for (let i = 0; i < full; i++) {
      around[i] = product[i] - along * frame[i];
      squares += around[i] * around[i];
    }
    return (slack.rho / 2) * squares;
  }

  return {
    size: head + base.size - full,
    evaluate(x, gradient) {
      place(x);
      let value = base.evaluate(inner, innerGradient);
      if (freedom > 0) {
        value += residual(x[0]);
        // ρ(SW + WS), of which the symmetric part is taken below.
        for (let i = 0; i < full; i++) around[i] *= 2 * slack.rho;
        addProduct(around, inner, innerGradient, classes, classes, classes);
      }
      gradient[0] = 0;
      gradient[1] = 0;
      let at = 2;
      for (let i = 0; i < classes; i++)
        for (let j = 0; j <= i; j++) {
          const [below, above] = [innerGradient[i * classes + j], innerGradient[j * classes + i]];
          const slope = i === j ? below : below + above;
          gradient[0] += slope * frame[i * classes + j];
          if (withOnes) gradient[1] += slope / classes;
          gradient[at++] = freedom * slope;
        }
      gradient.set(innerGradient.subarray(full), head);
      return value;
    },
    read(x): CollapsedPoint {
      place(x);
      const point = base.read(inner);
      return { ...point, weights: matrix(classes, classes, inner.slice(0, full)), slack: freedom > 0 ? residual(x[0]) : 0 };
    },
    start() {
      const x = new Float64Array(head + base.size - full);
      x[0] = 1;
      x[1] = withOnes ? 0.01 : 0;
      // A feature's direction alone counts: so long, it is as easily turned whether its class is large or small.
      const most = Math.max(...counts);
      for (let i = 0; i < full; i++) x[head + i] = Math.sqrt(counts[Math.floor(i / classes)] / most) * frame[i];
      return x;
    },
    setFreedom(value) {
      freedom = value;
    },
    scaleOf: (x) => Math.abs(x[0]),
  };
}

import type { RunConfig } from "../../contract/config/runConfig.ts";
import { dot, type Step } from "../../math/optimum/minimize.ts";
import { type Evaluated, quasiNewtonStep } from "../../math/optimum/quasiNewtonStep.ts";
import { smallestCurvature } from "../../math/optimum/smallestCurvature.ts";
import { randomStream } from "../../math/statistics/randomStream.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Engine } from "../engine/engine.ts";
import type { Network } from "../models/network.ts";
import { type FullGradient, makeFullGradient } from "./fullGradient.ts";
import type { TrainingState } from "./train.ts";

/**
 * stationary: ‖∇J‖ is at most the tolerance. stalled: no step along the gradient lowers J as far as float32 shows it, as at a kink of ReLU,
 * or where the gradient is rounding alone. limit: all iterations are done.
 */
export type PolishEnd = "stationary" | "stalled" | "limit";

export interface Polisher {
  /** One iteration; null: there may be another. */
  iterate(): Promise<{ ended: PolishEnd | null; objective: number }>;
  /** ‖∇J‖ where it is. */
  readonly gradientNorm: number;
  readonly parameters: Float32Array;
  /** All that it continues from: float32 holds it without a loss. */
  readState(): TrainingState;
  /** The smallest eigenvalue of the Hessian, see smallestCurvature.ts. */
  curvature(): Promise<{ value: number; error: number }>;
  dispose(): Promise<void>;
}

const memory = 30;
/** Two values of J are equal within this share: what float32 leaves of a mean over the training set. */
const noise = 2e-7;
const lanczosIterations = 40;
/** ‖Δ‖ of the finite differences of the gradient, relative to 1 + ‖θ‖. */
const difference = 1e-3;

/**
 * Polishes a run by L-BFGS on the objective of its whole training set.
 * @param done iterations that were made before, by an attempt whose state this is
 */
export async function makePolisher(
  engine: Engine,
  config: RunConfig,
  network: Network,
  dataset: Dataset,
  state: TrainingState,
  done: number,
): Promise<Polisher> {
  const { iterations = 0, tolerance = 0 } = config.training.polish ?? {};
  const gradient = await makeFullGradient(engine, config, network, dataset);
  const steps = stepsOf(state);
  let here = await gradient.at(Float64Array.from(state.parameters));
  let made = done;
  const normOf = ({ gradient: g }: Evaluated) => Math.sqrt(dot(g, g));
  return {
    get gradientNorm() {
      return normOf(here);
    },
    get parameters() {
      return Float32Array.from(here.x);
    },
    readState: () => ({ parameters: Float32Array.from(here.x), ...storedSteps(steps) }),
    async iterate() {
      const next =
        normOf(here) <= tolerance ? here : await answered(quasiNewtonStep(here, steps, { memory, noise }), (x) => gradient.at(x));
      made++;
      const isStalled = next === null;
      here = next ?? here;
      const isStationary = normOf(here) <= tolerance;
      const ended = isStationary ? "stationary" : isStalled ? "stalled" : made >= iterations ? "limit" : null;
      return { ended, objective: here.value };
    },
    curvature: () => curvatureAt(here, gradient, config.seed),
    dispose: () => gradient.dispose(),
  };
}

/** Drives a search whose points are evaluated elsewhere; the event loop has its turn before each. */
async function answered<Asked, Result, Answer>(
  search: Generator<Asked, Result, Answer>,
  answer: (asked: Asked) => Promise<Answer>,
): Promise<Result> {
  for (let turn = search.next(); ; ) {
    if (turn.done) return turn.value;
    await new Promise(setImmediate);
    turn = search.next(await answer(turn.value));
  }
}

/** H v ≈ (∇J(θ + h v) − ∇J(θ − h v)) / 2h. */
function curvatureAt({ x }: Evaluated, gradient: FullGradient, seed: number): Promise<{ value: number; error: number }> {
  const random = randomStream(seed, "curvature");
  const start = Float64Array.from(x, () => random.normal());
  const h = difference * (1 + Math.sqrt(dot(x, x)));
  const moved = (v: Float64Array, by: number) => gradient.at(Float64Array.from(x, (value, i) => value + by * v[i]));
  return answered(smallestCurvature(start, lanczosIterations), async (v) => {
    const [ahead, behind] = [(await moved(v, h)).gradient, (await moved(v, -h)).gradient];
    return ahead.map((value, i) => (value - behind[i]) / (2 * h));
  });
}

/** Steps remembered lie in a state as s0, y0, s1, …, the oldest first. */
function stepsOf(state: TrainingState): Step[] {
  const steps: Step[] = [];
  for (let i = 0; state[`s${i}`] && state[`y${i}`]; i++) {
    const [s, y] = [Float64Array.from(state[`s${i}`]), Float64Array.from(state[`y${i}`])];
    steps.push({ s, y, rho: 1 / dot(s, y) });
  }
  return steps;
}

const storedSteps = (steps: readonly Step[]): TrainingState =>
  Object.fromEntries(
    steps.flatMap(({ s, y }, i) => [
      [`s${i}`, Float32Array.from(s)],
      [`y${i}`, Float32Array.from(y)],
    ]),
  );

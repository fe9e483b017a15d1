import { MathError } from "../MathError.ts";

/** What keeps a function of the inputs from telling the labels of a set. */
export interface Ambiguity {
  /** Different inputs. */
  contexts: number;
  /** Samples whose input has another label elsewhere in the set. */
  ambiguous: number;
  /** Least mean cross entropy, nats. */
  entropy: number;
  /** Largest accuracy. */
  accuracy: number;
  /** Least mean of ‖z − e_y‖²/2. */
  squaredError: number;
}

/**
 * What no function of the inputs can go below (or above) on a set whose equal inputs have several labels. With n_c samples of input c,
 * a share q_{c,k} of them of class k, and N = Σ n_c:
 * entropy = Σ_c (n_c/N) Σ_k −q_{c,k} ln q_{c,k}, in [0, ln K], 0 where labels follow from the inputs;
 * accuracy = Σ_c (n_c/N) max_k q_{c,k}, in (0, 1]; squaredError = Σ_c (n_c/N)(1 − Σ_k q_{c,k}²)/2, in [0, 1/2).
 * @param inputs [N, dim] row-major @param labels [N]
 * @throws {MathError} if there is no sample, or the inputs are not N · dim numbers
 * Source: the minima over a free output for each input; the first is Gibbs' inequality, see Cover, Thomas (2006), theorem 2.6.3.
 */
export function ambiguityOf(inputs: ArrayLike<number>, dim: number, labels: ArrayLike<number>): Ambiguity {
  const samples = labels.length;
  if (samples === 0) throw new MathError("0 samples, at least 1 is needed");
  if (inputs.length !== samples * dim) throw new MathError(`${inputs.length} numbers of ${samples} inputs with ${dim} each`);
  const counts = new Map<string, Map<number, number>>();
  for (let i = 0; i < samples; i++) {
    const key = Array.from({ length: dim }, (_, j) => inputs[i * dim + j]).join(" ");
    const ofInput = counts.get(key) ?? new Map<number, number>();
    ofInput.set(labels[i], (ofInput.get(labels[i]) ?? 0) + 1);
    counts.set(key, ofInput);
  }
  const found: Ambiguity = { contexts: counts.size, ambiguous: 0, entropy: 0, accuracy: 0, squaredError: 0 };
  for (const ofInput of counts.values()) {
    if (ofInput.size === 1) {
      found.accuracy += [...ofInput.values()][0] / samples;
      continue;
    }
    const sizes = [...ofInput.values()];
    const total = sizes.reduce((sum, n) => sum + n, 0);
    found.ambiguous += total;
    found.accuracy += Math.max(...sizes) / samples;
    for (const n of sizes) found.entropy += (n / samples) * Math.log(total / n);
    found.squaredError += (total - sizes.reduce((sum, n) => sum + n * n, 0) / total) / (2 * samples);
  }
  return found;
}

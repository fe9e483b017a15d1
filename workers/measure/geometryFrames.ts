import type { GeometrySnapshot } from "../../contract/wire/runEvents.ts";
import { geometryPicture } from "../../math/collapse/geometryPicture.ts";
import { type PrincipalFrame, principalFrame, projectFeatures } from "../../math/collapse/principalFrame.ts";
import { type Matrix, matrix } from "../../math/linear/matrix.ts";
import { MathError } from "../../math/MathError.ts";
import type { Findings } from "./findings.ts";
import type { Sums } from "./sums.ts";

const maxSamples = 200;

/** Pictures of the last layer in three directions, each turned to the one before it. */
export class GeometryFrames {
  private previous: PrincipalFrame | undefined;
  private readonly classes: number;
  /** Indices of the training samples drawn: the first of each class, equally many, at most 200 in all. */
  readonly drawn: number[];
  private readonly labels: ArrayLike<number>;

  constructor(labels: ArrayLike<number>, classes: number) {
    this.classes = classes;
    this.labels = labels;
    const perClass = Math.floor(maxSamples / classes);
    const taken = new Array<number>(classes).fill(0);
    this.drawn = [];
    for (let i = 0; i < labels.length; i++) if (taken[labels[i]]++ < perClass) this.drawn.push(i);
  }

  /** The class means [K, 3] of the last picture, for a checkpoint; null before the first. */
  get means(): Float64Array | null {
    return this.previous?.means.data ?? null;
  }

  /** Goes on from a checkpoint. */
  restore(means: Float64Array): void {
    const none = matrix(3, 0);
    this.previous = { origin: new Float64Array(0), axes: none, means: matrix(this.classes, 3, means), explained: 1 };
  }

  /** @returns null, and the reason in `findings.missing`, where the class means have no directions */
  async snapshot(step: number, { onTrain, head, pictured }: Sums, findings: Findings): Promise<GeometrySnapshot | null> {
    const statistics = onTrain.statistics[onTrain.statistics.length - 1];
    try {
      const frame = principalFrame(statistics, this.previous);
      this.previous = frame;
      const samples = projectFeatures(frame, await pictured());
      const { means, ideal, explained, meansGram, headGram } = geometryPicture(statistics, head, frame);
      return {
        ...{ step, classes: this.classes, means: rounded(means), ideal: rounded(ideal) },
        ...{ samples: rounded(samples), labels: this.drawn.map((i) => this.labels[i]), explained },
        ...{ meansGram: rounded(meansGram), headGram: rounded(headGram) },
      };
    } catch (error) {
      if (!(error instanceof MathError)) throw error;
      findings.missing.geometry = error.message.slice(0, 200);
      return null;
    }
  }
}

/** Four decimals are finer than any screen; −0 becomes 0. */
const rounded = (of: Matrix | null): number[] => Array.from(of?.data ?? [], (value) => Math.round(value * 1e4) / 1e4 + 0);

import { picturedClasses } from "../../contract/metrics/picturedClasses.ts";
import type { GeometrySnapshot } from "../../contract/wire/runEvents.ts";
import { geometryPicture } from "../../math/collapse/geometryPicture.ts";
import { type PrincipalFrame, principalFrame, projectFeatures } from "../../math/collapse/principalFrame.ts";
import { type Matrix, matrix } from "../../math/linear/matrix.ts";
import { MathError } from "../../math/MathError.ts";
import type { Findings } from "./findings.ts";
import type { Sums } from "./sums.ts";

/** With the bound of classes (limits.ts), a picture of four decimals is some 80 kB at most. */
const maxSamples = 200;

/** Pictures of the last layer in three directions, each turned to the one before it. */
export class GeometryFrames {
  private previous: PrincipalFrame | undefined;
  /** The classes shown; null: all. */
  private readonly shown: readonly number[] | null;
  private readonly count: number;
  /** Indices of the training samples drawn: the first of each class shown, equally many, at most 200 in all. */
  readonly drawn: number[];
  /** Places of their classes among those shown. */
  private readonly places: number[] = [];

  /** @param chosen classes that the config asks for */
  constructor(labels: ArrayLike<number>, classes: number, chosen?: readonly number[]) {
    const shown = picturedClasses(classes, chosen);
    this.shown = shown.length < classes ? shown : null;
    this.count = shown.length;
    const perClass = Math.floor(maxSamples / shown.length);
    const left = new Map(shown.map((label, place) => [label, { place, samples: perClass }]));
    this.drawn = [];
    for (let i = 0; i < labels.length; i++) {
      const own = left.get(labels[i]);
      if (!own || own.samples-- <= 0) continue;
      this.drawn.push(i);
      this.places.push(own.place);
    }
  }

  /** The class means [K, 3] of the last picture, for a checkpoint; null before the first. */
  get means(): Float64Array | null {
    return this.previous?.means.data ?? null;
  }

  /** Goes on from a checkpoint. */
  restore(means: Float64Array): void {
    const none = matrix(3, 0);
    this.previous = { origin: new Float64Array(0), axes: none, means: matrix(this.count, 3, means), explained: 1 };
  }

  /** @returns null, and the reason in `findings.missing`, where the class means have no directions */
  async snapshot(step: number, { onTrain, head, pictured }: Sums, findings: Findings): Promise<GeometrySnapshot | null> {
    const statistics = onTrain.statistics[onTrain.statistics.length - 1];
    try {
      const frame = principalFrame(statistics, this.previous, this.shown);
      this.previous = frame;
      const samples = projectFeatures(frame, await pictured());
      const { means, ideal, explained, meansGram, headGram } = geometryPicture(statistics, head, this.shown, frame);
      return {
        ...{ step, classes: this.count, means: rounded(means), ideal: rounded(ideal) },
        ...(this.shown && { shown: [...this.shown], of: statistics.classes }),
        ...{ samples: rounded(samples), labels: this.places, explained },
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

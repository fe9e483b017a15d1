import type { Matrix } from "../../math/linear/matrix.ts";
import type { SquaredNorms } from "../models/parameterLayout.ts";
import type { ParameterSource } from "./featureReader.ts";
import type { SplitSums } from "./splitSums.ts";

/** All that a measurement's numbers are made of. */
export interface Sums {
  onTrain: SplitSums;
  /** null: free features have no test set. */
  onTest: SplitSums | null;
  /** W_L [K, d] */
  head: Matrix;
  /** b_L [K]; null = the head has none. */
  bias: Float64Array | null;
  /** Σ w² over the parameters of each penalty. */
  squared: SquaredNorms;
  /** The last features of the training samples that are pictured [·, d]. */
  pictured(): Promise<Float32Array>;
}

/** One way to sum up what is measured. */
export interface SumsReader {
  /** @param secondPass whether the sums that need the class means are wanted */
  read(source: ParameterSource, secondPass: boolean): Promise<Sums>;
}

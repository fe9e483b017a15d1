import type { ExperimentDetail, LayerProfileView } from "./views.ts";

/** Everything that a study's report (one HTML file) is made of. */
export interface Supplement {
  /** The study as its reader may see it, thinned: see `roundedDigits`. */
  detail: ExperimentDetail;
  /** Of NC1 on the training set, a few steps of each run. */
  profiles: LayerProfileView[];
  /** ISO 8601; empty for blind review. */
  madeAt: string;
  /** For blind review: no names, the study's own neither, no tags, addresses, ids and times. */
  anonymous: boolean;
  withNote: boolean;
  /** The config as YAML and JSON: launched again, it gives the same runs. */
  rerun: { yaml: string; json: string } | null;
  data: { label: string; sha256: string; trainSamples: number; testSamples: number; classes: number }[];
  /** Devices and versions of libraries, each combination once. */
  computed: { device: string; versions: Record<string, string>; runs: number }[];
}

/** Digits that are kept of values of layers before the last one; everything else is in full. */
export const roundedDigits = 6;
/** Steps of the layer profile that are kept of each run. */
export const profileSteps = 12;

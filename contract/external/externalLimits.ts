import { limits } from "../limits.ts";

/** Bounds of runs that were trained elsewhere. */
export const externalLimits = {
  /** Keys of a config, characters of one, nesting, and characters of a text value. */
  keys: 64,
  keyLength: 120,
  depth: 8,
  valueLength: 500,
  /** Measured layers of a run. */
  layers: 128,
  layerNameLength: 120,
  classes: limits.classes,
  /** K·d of one layer: 1,000 classes of 4,096 numbers. */
  meanNumbers: 1000 * 4096,
  dim: 1_000_000,
  /** Events of one request. */
  events: 500,
  /** Scalars of one event, and different names of one run. */
  scalars: 500,
  scalarNames: 1000,
  scalarNameLength: 80,
  /** Lines of its log that one run may store. */
  logLines: 10_000,
  step: 1_000_000_000,
  /** Pictures of its geometry that one run keeps, spread evenly over its steps; twice as many are thinned to these. */
  pictures: 200,
  /** Bytes of a request of events. */
  requestBytes: 64 * 1024 * 1024,
} as const;

/** Bounds that the form, the server and the workers share. */
export const limits = {
  depth: { min: 2, max: 64 },
  /** Of a network of the greatest depth: X_1 and what each block gives. */
  layers: 65,
  width: { min: 4, max: 1024 },
  classes: { min: 2, max: 1000 },
  /** Numbers of one list: of every class, or of a spectrum. */
  listLength: 4_096,
  /** Drawn in one picture of the geometry: with their Gram matrices some 80 kB. Of more classes a picture shows these many. */
  picturedClasses: 64,
  /** Characters of a class's name; a longer one is shown cut. */
  classNameLength: 80,
  samplesPerClass: { min: 1, max: 10_000 },
  /** Values of one axis of a grid. */
  axisValues: 64,
  /** Measurements of one run; a denser schedule is refused. */
  measurements: 20_000,
  steps: { min: 1, max: 1_000_000 },
  learningRate: { min: 1e-8, max: 10 },
  decay: { min: 0, max: 10 },
  batch: { min: 1, max: 100_000 },
  seed: { min: 0, max: 2 ** 31 - 1 },
  /** Runs in one experiment; a larger grid is refused before anything is stored. */
  gridRuns: 2_000,
  /** Attempts of one run before it is given up as failed. */
  attempts: 3,
  nameLength: 120,
  noteLength: 20_000,
  tags: 12,
  tagLength: 40,
  /** Lines of a run's log in one answer. */
  logPage: 500,
  /** Points of one series sent to a panel. */
  panelPoints: 500,
} as const;

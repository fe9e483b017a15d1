import { countGrid, type ExperimentConfig, experimentConfig } from "../config/experimentConfig.ts";
import { deviceChoice } from "../config/runConfig.ts";
import { measuringConfig, trainingConfig } from "../config/trainingConfig.ts";
import { limits } from "../limits.ts";
import { afterTrainingFindings } from "./afterTrainingFindings.ts";
import { budgetFindings } from "./budgetFindings.ts";
import { batchFindings, picturedFindings, sampleFindings } from "./dataFindings.ts";
import { type LaunchFindings, type LaunchKnowledge, nothingKnown } from "./finding.ts";
import { measurementsEvery } from "./measurementsEvery.ts";
import { memoryFindings } from "./memoryFindings.ts";
import { optimumFindings } from "./optimumFindings.ts";
import { otherSetFindings } from "./otherSetFindings.ts";
import { runShapes } from "./runShapes.ts";
import { validParts } from "./validParts.ts";
import { warmupWarning } from "./warmupWarning.ts";
import { widthFindings } from "./widthFindings.ts";

const grouped = (n: number) => n.toLocaleString("en");

/**
 * Everything that can be known of an experiment before its launch, beyond what its schema says of single values and pairs: sizes of
 * data sets, of the training and of its measuring, memory and devices. The form shows it, a launch is refused by it. Of a form that
 * is still being filled in, what is valid by itself is looked at.
 */
export function launchFindings(config: ExperimentConfig, known: LaunchKnowledge = nothingKnown): LaunchFindings {
  const found: LaunchFindings = { problems: [], warnings: [] };
  const parts = validParts(config, known.countOwn);
  sampleFindings(parts, known, found);
  picturedFindings(config, parts, found);
  batchFindings(config, parts, found);
  scheduleFindings(config, found);
  optimumFindings(config, parts, found);
  widthFindings(config, parts, found);
  afterTrainingFindings(config, parts, known, found);
  otherSetFindings(config, parts, known, found);
  deviceFindings(config, known, found);
  const grid = experimentConfig.safeParse(config);
  if (!grid.success || countGrid(grid.data) > limits.gridRuns) return found;
  const shapes = runShapes(grid.data);
  memoryFindings(shapes, known, found);
  budgetFindings(shapes, known, found);
  return found;
}

/** A warm-up that never ends, and more measurements than are stored. */
function scheduleFindings({ training, measuring }: ExperimentConfig, found: LaunchFindings): void {
  const steps = trainingConfig.shape.steps.safeParse(training?.steps);
  if (!steps.success) return;
  const warning = warmupWarning({ ...training, steps: steps.data });
  if (warning) found.warnings.push({ path: ["training", "warmupSteps"], message: warning });
  const schedule = measuringConfig.safeParse(measuring);
  if (!schedule.success || schedule.data.name !== "every") return;
  const points = measurementsEvery(schedule.data.steps, steps.data);
  if (points > limits.measurements)
    found.problems.push({
      path: ["measuring", "steps"],
      message: `Measuring every ${grouped(schedule.data.steps)} of ${grouped(steps.data)} steps makes ${grouped(points)} measurements per run; the limit is ${grouped(limits.measurements)}: measure every ${grouped(Math.ceil(steps.data / (limits.measurements - 1)))} steps or less often, or at log-spaced steps.`,
    });
}

/** A device that no connected worker has. */
function deviceFindings({ device }: ExperimentConfig, { workers }: LaunchKnowledge, found: LaunchFindings): void {
  if (workers.length === 0 || device === "auto" || !deviceChoice.safeParse(device).success) return;
  if (workers.some(({ devices }) => devices.some((line) => line.startsWith(device)))) return;
  const names = workers.map(({ name, devices }) => `${name}: ${devices.join(", ") || "none"}`).join("; ");
  found.problems.push({
    path: ["device"],
    message: `No connected worker computes on ${device} (${names}): choose "auto" or an available device, or add a worker that has this one.`,
  });
}

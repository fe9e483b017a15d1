import { randomUUID } from "node:crypto";
import { countGrid } from "../../../contract/config/experimentConfig.ts";
import { Failure } from "../../../contract/failure.ts";
import type { LaunchKnowledge } from "../../../contract/launch/finding.ts";
import { nothingKnown } from "../../../contract/launch/finding.ts";
import { launchKnowledge } from "../../../contract/launch/launchKnowledge.ts";
import { largestRun } from "../../../contract/launch/memoryFindings.ts";
import { limits } from "../../../contract/limits.ts";
import type { Estimate, WorkerView } from "../../../contract/wire/views.ts";
import { type ApiClient, ApiFailure } from "../client/apiClient.ts";
import { count } from "../count.ts";
import { type Complaint, FileFailure } from "../fileFailure.ts";
import type { Output } from "../output.ts";
import { readStudyText } from "../study/readFile.ts";
import { readStudy, requireLaunchable, type StudyFile } from "../study/readStudy.ts";
import { axesOf, estimateText, gridLines } from "./gridText.ts";

interface Terms {
  client: ApiClient;
  output: Output;
  /** Instead of the file's. */
  name?: string | undefined;
}

const shownName = (file: string) => (file === "-" ? "standard input" : file);

function read(file: string, name: string | undefined): StudyFile {
  const study = readStudy(readStudyText(file), shownName(file));
  if (name === undefined) return study;
  return { ...study, input: { ...study.input, name } };
}

const sayWarnings = (output: Output, file: string, warnings: readonly Complaint[]) => {
  for (const { line, column, path, message } of warnings) output.note(`${file}:${line}:${column}: warning: ${path}: ${message}`);
};

/** Launches a study from its file. @returns its id. @throws Failure with the lines of what is wrong */
export async function launchStudy(file: string, { client, output, name }: Terms): Promise<string> {
  const study = read(file, name);
  const known = await askWorkers(client);
  sayWarnings(output, shownName(file), requireLaunchable(study, shownName(file), known));
  const { id } = await client
    .json<{ id: string }>("POST", "/experiments", { body: study.input, key: randomUUID() })
    .catch((error) => {
      throw placed(error, study, shownName(file));
    });
  const runs = countGrid(study.input.config);
  output.line(`Launched ${study.input.name}: ${count(runs, "run")}. ${client.url}/e/${id}`);
  output.document({ event: "launched", id, name: study.input.name, runs, url: `${client.url}/e/${id}` });
  return id;
}

/** Says what a launch would make, and launches nothing. Without a server it says what follows from the file. */
export async function tryStudy(file: string, { client, output, name }: Terms): Promise<void> {
  const study = read(file, name);
  const { config } = study.input;
  const { known, estimate } = await askEstimate(client, study, shownName(file));
  const warnings = requireLaunchable(study, shownName(file), known);
  for (const line of [...gridLines(study.input.name, config), ...estimateText(estimate, config, known.workers)])
    output.line(line);
  sayWarnings(output, shownName(file), warnings);
  output.document({ dryRun: true, name: study.input.name, axes: axesOf(config), ...estimate, warnings, config });
}

/** The memory is known without a server; the time is not. */
async function askEstimate(
  client: ApiClient,
  study: StudyFile,
  file: string,
): Promise<{ known: LaunchKnowledge; estimate: Estimate }> {
  const { config } = study.input;
  try {
    const known = await askWorkers(client);
    const estimate = await client.json<Estimate>("POST", "/experiments/estimate", { body: config, key: randomUUID() });
    return { known, estimate };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "UNAVAILABLE") throw placed(error, study, file, ["config"]);
    const { bytes } = largestRun(config, nothingKnown.countOwn);
    const basis = `no server answers at ${client.url}`;
    return {
      known: nothingKnown,
      estimate: { runs: countGrid(config), limit: limits.gridRuns, slots: 0, timeMs: null, memoryBytes: bytes, basis },
    };
  }
}

async function askWorkers(client: ApiClient): Promise<LaunchKnowledge> {
  const { workers } = await client.json<{ workers: WorkerView[] }>("GET", "/workers");
  return launchKnowledge(workers.filter(({ connected }) => connected));
}

/** What a server says against places of a launch, at their lines. */
function placed(error: unknown, study: StudyFile, file: string, within: string[] = []): unknown {
  if (!(error instanceof ApiFailure) || error.issues.length === 0) return error;
  return new FileFailure(
    file,
    error.issues.map(({ path, message }) => study.complain([...within, ...path], message)),
  );
}

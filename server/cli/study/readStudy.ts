import { countGrid, type ExperimentConfig, type LaunchInput, launchInput } from "../../../contract/config/experimentConfig.ts";
import { type LaunchKnowledge, nothingKnown } from "../../../contract/launch/finding.ts";
import { describeIssue, type LaunchIssue } from "../../../contract/launch/issueText.ts";
import { launchFindings } from "../../../contract/launch/launchFindings.ts";
import { limits } from "../../../contract/limits.ts";
import { presets } from "../../../contract/presets/presets.ts";
import { withPreset } from "../../../contract/presets/studyFile.ts";
import { type Complaint, FileFailure } from "../fileFailure.ts";
import { parseYaml } from "./parseYaml.ts";

type Path = readonly PropertyKey[];

/** A study as it is in a file: what would be launched, and where in the file that is said. */
export interface StudyFile {
  input: LaunchInput;
  /** A complaint about a place of the launch, at its line. */
  complain(path: Path, message: string): Complaint;
}

/**
 * Reads a study's file: what the form sends, by the same schema with the same messages.
 * @param file how it is named in complaints
 * @throws FileFailure with all that is wrong
 */
export function readStudy(text: string, file: string): StudyFile {
  const { value, locate } = parseYaml(text, file);
  const complain = (path: Path, message: string): Complaint => ({ ...locate(path), path: path.map(String).join("."), message });
  const fail = (complaints: Complaint[]): never => {
    throw new FileFailure(file, complaints);
  };
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return fail([complain([], "the file must hold a study: name: …, config: … (“Copy as YAML” in the form gives one)")]);
  const content = withPreset(value as Record<string, unknown>);
  if (content === null)
    return fail([complain(["preset"], `there is no such preset: choose one of ${presets.map(({ id }) => id).join(", ")}`)]);
  const { data, error } = launchInput.safeParse(content);
  if (error) return fail(error.issues.flatMap((issue) => schemaComplaints(issue, content, complain)));
  const study: StudyFile = { input: data, complain };
  const runs = countGrid(data.config);
  if (runs > limits.gridRuns)
    return fail([
      complain(
        ["config"],
        `${runs.toLocaleString("en")} runs are over the limit of ${limits.gridRuns.toLocaleString("en")} per experiment. Remove values from an axis, or split it into several experiments.`,
      ),
    ]);
  requireLaunchable(study, file);
  return study;
}

/**
 * What is known to end its runs is refused, as the server refuses it.
 * @returns what a person should know before
 * @throws FileFailure
 */
export function requireLaunchable(study: StudyFile, file: string, known: LaunchKnowledge = nothingKnown): Complaint[] {
  const { problems, warnings } = launchFindings(study.input.config as ExperimentConfig, known);
  const placed = ({ path, message }: (typeof problems)[number]) => study.complain(["config", ...path], message);
  if (problems.length > 0) throw new FileFailure(file, problems.map(placed));
  return warnings.map(placed);
}

function schemaComplaints(issue: LaunchIssue, content: unknown, complain: StudyFile["complain"]): Complaint[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => complain([...issue.path, key], `unknown key "${key.slice(0, 80)}"`));
  const parent = issue.path.slice(0, -1).reduce<unknown>(step, content);
  const isMissing = issue.path.length > 0 && typeof parent === "object" && step(parent, issue.path.at(-1)!) === undefined;
  if (isMissing) return [complain(issue.path, "is missing")];
  const value = issue.path.reduce<unknown>(step, content);
  if (issue.code === "invalid_value") return [complain(issue.path, `${quoted(value)}: choose ${listed(issue.values)}`)];
  const kinds = /^Invalid discriminator value\. Expected (.*)$/.exec(issue.message)?.[1];
  if (kinds !== undefined)
    return [complain(issue.path, `${quoted(value)}: choose ${kinds.replace(/'/g, "").replace(/ \| /g, ", ")}`)];
  if (value === null && issue.code === "invalid_type" && !["number", "int"].includes(issue.expected))
    return [complain(issue.path, "is empty")];
  return [complain(issue.path, describeIssue(issue, content))];
}

const step = (at: unknown, key: PropertyKey): unknown => (at as Record<PropertyKey, unknown> | null | undefined)?.[key];
const quoted = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, 80);
const listed = (values: readonly unknown[]): string => values.map(String).join(", ");

import { launchInput } from "../../../contract/config/experimentConfig.ts";
import type { Finding, LaunchKnowledge } from "../../../contract/launch/finding.ts";
import { describeIssue } from "../../../contract/launch/issueText.ts";
import { launchFindings } from "../../../contract/launch/launchFindings.ts";
import type { Draft } from "./draft.ts";

export interface Problem {
  /** Such as "config.depths.3". */
  path: string;
  message: string;
}

export interface DraftFindings {
  /** Why it cannot be launched. */
  problems: Problem[];
  /** What a person should know before. */
  warnings: Problem[];
}

/**
 * What is to be said of a draft, by the schema and the findings that the server refuses a launch by; each message names the value
 * and its bound.
 */
export function draftFindings(draft: Draft, known?: LaunchKnowledge): DraftFindings {
  const result = launchInput.safeParse(draft);
  const { problems, warnings } = launchFindings(draft.config, known);
  const inForm = ({ path, message }: Finding): Problem => ({ path: ["config", ...path].join("."), message });
  const issues = result.success
    ? []
    : result.error.issues.map((issue) => ({ path: issue.path.join("."), message: describeIssue(issue, draft) }));
  return { problems: [...issues, ...problems.map(inForm)], warnings: warnings.map(inForm) };
}

export const draftProblems = (draft: Draft, known?: LaunchKnowledge): Problem[] => draftFindings(draft, known).problems;

/** First problem at a path or below it. */
export function problemAt(problems: readonly Problem[], path: string): string | null {
  return problems.find((problem) => problem.path === path || problem.path.startsWith(`${path}.`))?.message ?? null;
}

/** Whether a value of an axis is within its own bounds, for marking its chip. */
export const fits = (schema: { safeParse: (value: unknown) => { success: boolean } }) => (value: unknown) =>
  schema.safeParse(value).success;

import { launchInput } from "../../../contract/config/experimentConfig.ts";
import type { Finding, LaunchKnowledge } from "../../../contract/launch/finding.ts";
import { launchFindings } from "../../../contract/launch/launchFindings.ts";
import type { Draft } from "./draft.ts";

export interface Problem {
  /** Such as "config.depths.3". */
  path: string;
  message: string;
}

type Refusal = NonNullable<ReturnType<typeof launchInput.safeParse>["error"]>;
type Issue = Refusal["issues"][number];

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
  const issues = result.success ? [] : result.error.issues.map((issue) => describe(issue, draft));
  return { problems: [...issues, ...problems.map(inForm)], warnings: warnings.map(inForm) };
}

export const draftProblems = (draft: Draft, known?: LaunchKnowledge): Problem[] => draftFindings(draft, known).problems;

/** First problem at a path or below it. */
export function problemAt(problems: readonly Problem[], path: string): string | null {
  return problems.find((problem) => problem.path === path || problem.path.startsWith(`${path}.`))?.message ?? null;
}

function describe(issue: Issue, draft: Draft): Problem {
  const path = issue.path.join(".");
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key], draft);
  if (typeof value === "number" && !Number.isNaN(value)) return { path, message: `${value} is not valid: ${boundOf(issue)}.` };
  if (value === null || value === undefined || Number.isNaN(value))
    return { path, message: "Enter a number, such as 0.005 or 1e-3." };
  return { path, message: sentence(issue.message) };
}

/** The schema's own words where it has some; zod's bounds in plain ones otherwise. */
function boundOf(issue: Issue): string {
  if (issue.code === "invalid_union") {
    const inner = issue.errors
      .flat()
      .find((one) => one.code === "too_small" || one.code === "too_big" || one.code === "invalid_type");
    return inner === undefined ? "choose another value" : boundOf(inner as Issue);
  }
  const isOwnText = !/^(Too (small|big)|Invalid)/.test(issue.message);
  if (isOwnText) return issue.message;
  if (issue.code === "too_small") return `it must be ${issue.inclusive ? "at least" : "above"} ${grouped(issue.minimum)}`;
  if (issue.code === "too_big") return `it must be ${issue.inclusive ? "at most" : "below"} ${grouped(issue.maximum)}`;
  if (issue.code === "invalid_type") return "it must be a whole number";
  return sentence(issue.message).replace(/\.$/, "");
}

const grouped = (bound: number | bigint) => bound.toLocaleString("en");
const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

/** Whether a value of an axis is within its own bounds, for marking its chip. */
export const fits = (schema: { safeParse: (value: unknown) => { success: boolean } }) => (value: unknown) =>
  schema.safeParse(value).success;

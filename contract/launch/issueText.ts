import type { launchInput } from "../config/experimentConfig.ts";

export type LaunchIssue = NonNullable<ReturnType<typeof launchInput.safeParse>["error"]>["issues"][number];

/** What a schema says against a value of a launch, which may still be unfinished: the form's sentence, and that of a file. */
export function describeIssue(issue: LaunchIssue, launch: unknown): string {
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key], launch);
  const isEmpty = value === null || value === undefined || Number.isNaN(value);
  return isEmpty ? "Enter a number, such as 0.005 or 1e-3." : issueText(issue, value);
}

/** What a schema says against a value, in a sentence that names the value where it is a number, and its bound. */
function issueText(issue: LaunchIssue, value: unknown): string {
  if (typeof value === "number" && !Number.isNaN(value)) return `${value} is not valid: ${boundOf(issue)}.`;
  return sentence(issue.message);
}

/** The schema's own words where it has some; zod's bounds in plain ones otherwise. */
function boundOf(issue: LaunchIssue): string {
  if (issue.code === "invalid_union") {
    const inner = issue.errors
      .flat()
      .find((one) => one.code === "too_small" || one.code === "too_big" || one.code === "invalid_type");
    return inner === undefined ? "choose another value" : boundOf(inner as LaunchIssue);
  }
  const isOwnText = !/^(Too (small|big)|Invalid)/.test(issue.message);
  if (isOwnText) return issue.message;
  if (issue.code === "too_small") return `it must be ${issue.inclusive ? "at least" : "above"} ${grouped(issue.minimum)}`;
  if (issue.code === "too_big") return `it must be ${issue.inclusive ? "at most" : "below"} ${grouped(issue.maximum)}`;
  if (issue.code === "invalid_type") return `it must be ${kinds[issue.expected] ?? "a whole number"}`;
  return sentence(issue.message).replace(/\.$/, "");
}

const kinds: Partial<Record<string, string>> = {
  string: "text: put it in quotes",
  array: "a list",
  object: "keys with values",
  boolean: "true or false",
};
const grouped = (bound: number | bigint) => bound.toLocaleString("en");
const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

import type { ImportPlan } from "../../contract/wire/imports.ts";
import { Notice } from "../ui/Notice.tsx";

/** What stands in the way of an import, and what is to be known of it. */
export function PlanProblems({ problems }: { problems: ImportPlan["problems"] }) {
  return (["error", "warning"] as const).map((level) => {
    const messages = problems.filter((problem) => problem.level === level).map(({ message }) => message);
    if (messages.length === 0) return null;
    return (
      <Notice key={level} tone={level === "error" ? "bad" : "warn"} testId={`import-${level}s`}>
        <ul className="wrap-anywhere min-w-0 space-y-1">
          {messages.map((message) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      </Notice>
    );
  });
}

import type { Problem } from "../draft/draftProblems.ts";

/** What a person should know before a launch, and what refuses it and belongs to no single field. */
export function FindingList({ problems, warnings }: { problems: Problem[]; warnings: Problem[] }) {
  const lost = problems.filter(({ path }) => homeless.some((place) => path === place));
  if (lost.length + warnings.length === 0) return null;
  return (
    <ul className="space-y-2 text-xs" data-testid="findings">
      {lost.map(({ message }) => (
        <li key={message} role="alert" data-testid="field-error" className="text-bad">
          {message}
        </li>
      ))}
      {warnings.map(({ message }) => (
        <li key={message} data-testid="warning" className="text-warn">
          {message}
        </li>
      ))}
    </ul>
  );
}

/** Places that have no field of their own. */
const homeless = ["config.memory", "config.afterTraining.robustness", "config.afterTraining.transfer"];

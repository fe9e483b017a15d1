"use client";
import { gamma, type LossConfig, lossOfRun, lossText, smoothing } from "../../../contract/config/loss.ts";
import { type Problem, problemAt } from "../draft/draftProblems.ts";
import { ChipInput } from "../inputs/ChipInput.tsx";
import { ToggleChips } from "../inputs/ToggleChips.tsx";

const titles = { ce: "Cross entropy", mse: "Squared error", "dot-regression": "Dot regression (fixed simplex)" } as const;
type Plain = keyof typeof titles;

/** "Cross entropy, cross entropy, smoothing 0.1": for the folded form. */
export const lossesSummary = (losses: readonly LossConfig[]): string =>
  losses.map((entry) => lossText(lossOfRun(entry))).join("; ");

const smoothingsOf = (losses: readonly LossConfig[]) =>
  losses.flatMap((entry) => (typeof entry === "object" && entry.name === "ce" ? [entry.smoothing] : []));
const gammasOf = (losses: readonly LossConfig[]) =>
  losses.flatMap((entry) => (typeof entry === "object" && entry.name === "focal" ? [entry.gamma] : []));

/** The losses by their names, and those with a number, of which a grid may have several. */
export function LossesField({
  losses,
  onChange,
  problems,
}: {
  losses: LossConfig[];
  onChange: (losses: LossConfig[]) => void;
  problems: Problem[];
}) {
  const plain = losses.filter((entry): entry is Plain => typeof entry === "string");
  const put = (names: Plain[], smoothings: number[], gammas: number[]) =>
    onChange([
      ...names,
      ...smoothings.map((value) => ({ name: "ce" as const, smoothing: value })),
      ...gammas.map((value) => ({ name: "focal" as const, gamma: value })),
    ]);
  return (
    <div className="space-y-3">
      <ToggleChips
        label="Losses"
        options={(["ce", "mse", "dot-regression"] as const).map((value) => ({ value, label: titles[value] }))}
        values={plain}
        keyOf={(name) => name}
        onChange={(names) => put(names, smoothingsOf(losses), gammasOf(losses))}
        error={problemAt(problems, "config.losses")}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <ChipInput
          label="Cross entropy with smoothed labels, ε"
          values={smoothingsOf(losses)}
          onChange={(values) => put(plain, values, gammasOf(losses))}
          error={null}
          isValid={(value) => smoothing.safeParse(value).success}
          placeholder="none; for example 0.1"
          testId="smoothings"
        />
        <ChipInput
          label="Focal loss, γ"
          values={gammasOf(losses)}
          onChange={(values) => put(plain, smoothingsOf(losses), values)}
          error={null}
          isValid={(value) => gamma.safeParse(value).success}
          placeholder="none; for example 2"
          testId="gammas"
        />
      </div>
    </div>
  );
}

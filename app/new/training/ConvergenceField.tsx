"use client";
import { useState } from "react";
import type { ConvergenceRule } from "../../../contract/config/experimentConfig.ts";
import { leaveOutRule } from "../../../contract/theory/isUnconverged.ts";
import { NumberInput } from "../../numbers/NumberInput.tsx";
import { Field } from "../../ui/Field.tsx";
import { Segmented } from "../../ui/Segmented.tsx";

const theoryLevel = leaveOutRule(undefined).minTrainAccuracy;
/** Where a bound of one's own begins: the paper's networks end above it. */
const firstOwnLevel = 0.99;
const everyRun: ConvergenceRule = { minTrainAccuracy: 0 };

export const convergenceSummary = (rule: ConvergenceRule | undefined): string =>
  rule?.minTrainAccuracy === 0
    ? "every finished run counts"
    : `runs below training accuracy ${leaveOutRule(rule).minTrainAccuracy} are left out`;

/** The rule, stated before the study runs, by which runs that did not fit their training set are left out. */
export function ConvergenceField({
  rule,
  onChange,
  error,
}: {
  rule: ConvergenceRule | undefined;
  onChange: (rule: ConvergenceRule | undefined) => void;
  error: string | null;
}) {
  // "0.95" is a 0 while it is being typed: the field must not vanish under the hand.
  const [typing, setTyping] = useState(false);
  const choice = rule === undefined ? "theory" : rule.minTrainAccuracy === 0 && !typing ? "all" : "own";
  return (
    <div className="space-y-3" data-testid="convergence">
      <Segmented
        label="Which finished runs count"
        options={[
          { value: "theory", label: `fitted (${theoryLevel})` },
          { value: "own", label: "a bound of your own" },
          { value: "all", label: "every run" },
        ]}
        value={choice}
        onChange={(next) => {
          setTyping(next === "own");
          onChange(next === "theory" ? undefined : next === "all" ? everyRun : { minTrainAccuracy: firstOwnLevel });
        }}
      />
      <p className="max-w-prose text-ink-soft text-xs">
        {choice === "theory" &&
          `Neural collapse is a claim about networks that fit their training set: finished runs with a training accuracy below ${theoryLevel} are drawn faintly, left out of means and slopes, and counted. The threshold is lower where labels are noisy, classes are unequal, or the optimum is zero.`}
        {choice === "own" && "Finished runs below it are drawn faintly, left out of means and slopes, and counted."}
        {choice === "all" && "For studies of networks that do not fit their training set."}
      </p>
      {rule !== undefined && choice === "own" && (
        <Field label="Below training accuracy" error={error} className="max-w-72">
          {(control) => (
            <NumberInput
              {...control}
              value={rule.minTrainAccuracy}
              onChange={(minTrainAccuracy) => onChange({ minTrainAccuracy })}
            />
          )}
        </Field>
      )}
    </div>
  );
}

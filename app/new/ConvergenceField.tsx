"use client";
import type { ConvergenceRule } from "../../contract/experimentConfig.ts";
import { Checkbox, Field } from "../ui/Field.tsx";
import { NumberInput } from "./NumberInput.tsx";

export const convergenceSummary = (rule: ConvergenceRule | undefined): string =>
  rule === undefined ? "every finished run counts" : `runs below training accuracy ${rule.minTrainAccuracy} are left out`;

/** The rule, stated before the study runs, by which runs that did not converge are left out. */
export function ConvergenceField({
  rule,
  onChange,
  error,
}: {
  rule: ConvergenceRule | undefined;
  onChange: (rule: ConvergenceRule | undefined) => void;
  error: string | null;
}) {
  return (
    <div className="space-y-3">
      <Checkbox
        label="Leave out runs that did not converge"
        data-testid="convergence"
        checked={rule !== undefined}
        onChange={(event) => onChange(event.target.checked ? { minTrainAccuracy: 0.99 } : undefined)}
      />
      {rule !== undefined && (
        <Field
          label="Below training accuracy"
          hint="They are drawn faintly, left out of means and slopes, and counted."
          error={error}
          className="max-w-72"
        >
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

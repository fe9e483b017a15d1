"use client";
import { growthConfig } from "../../../contract/config/growth.ts";
import { polishConfig } from "../../../contract/config/polishing.ts";
import type { TrainingConfig } from "../../../contract/config/trainingConfig.ts";
import { NumberInput } from "../../numbers/NumberInput.tsx";
import { formatCount } from "../../text/formatNumber.ts";
import { Checkbox, Field } from "../../ui/Field.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { type Problem, problemAt } from "../draft/draftProblems.ts";

export function startSummary({ grown, polish }: TrainingConfig): string {
  const start = !grown
    ? "random weights"
    : grown.blocks === "identity"
      ? "grown by identity blocks"
      : "grown by splitting blocks";
  return polish ? `${start}; polished, up to ${formatCount(polish.iterations)} iterations` : start;
}

interface StartFieldsProps {
  training: TrainingConfig;
  onChange: (training: TrainingConfig) => void;
  problems: Problem[];
}

/** Where runs begin, and what follows the optimizer's steps. */
export function StartFields({ training, onChange, problems }: StartFieldsProps) {
  const { grown, polish } = training;
  const at = (path: string) => problemAt(problems, `config.training.${path}`);
  const start = grown?.blocks ?? "random";
  const changeStart = (next: "random" | "identity" | "split") => {
    const { grown: _before, ...rest } = training;
    onChange(next === "random" ? rest : { ...rest, grown: growthConfig.parse({ ...grown, blocks: next }) });
  };
  const changePolish = (next: "none" | "lbfgs") => {
    const { polish: _before, ...rest } = training;
    onChange(next === "none" ? rest : { ...rest, polish: polishConfig.parse({}) });
  };
  return (
    <div className="space-y-4" data-testid="start">
      <Segmented
        label="Where runs begin"
        options={[
          { value: "random", label: "random weights" },
          { value: "identity", label: "grown, identity blocks" },
          { value: "split", label: "grown, blocks split" },
        ]}
        value={start}
        onChange={changeStart}
      />
      <p className="max-w-prose text-ink-soft text-xs">
        {start === "random"
          ? "Every run begins from random weights of its own."
          : "A run begins with what the next shallower run of its line and seed ended with, and waits until that has finished. Of the states that are measured the one with the lowest J is kept, so that J cannot rise with depth."}
      </p>
      {grown && (
        <Field
          label="ε"
          hint="bias of new one-layer blocks; size of the random matrices of others"
          error={at("grown.epsilon")}
          className="max-w-72"
        >
          {(control) => (
            <NumberInput
              {...control}
              value={grown.epsilon}
              onChange={(epsilon) => onChange({ ...training, grown: { ...grown, epsilon } })}
            />
          )}
        </Field>
      )}
      <Segmented
        label="After the optimizer's steps"
        options={[
          { value: "none", label: "nothing" },
          { value: "lbfgs", label: "polish by L-BFGS" },
        ]}
        value={polish ? "lbfgs" : "none"}
        onChange={changePolish}
      />
      {polish && (
        <>
          <div className="grid grid-cols-2 gap-x-3 gap-y-4 md:grid-cols-3 lg:grid-cols-4">
            <Field label="Iterations, at most" error={at("polish.iterations")}>
              {(control) => (
                <NumberInput
                  {...control}
                  value={polish.iterations}
                  onChange={(iterations) => onChange({ ...training, polish: { ...polish, iterations } })}
                />
              )}
            </Field>
            <Field label="Until ‖∇J‖ is at most" hint="float32 rarely gets below 10⁻⁵" error={at("polish.tolerance")}>
              {(control) => (
                <NumberInput
                  {...control}
                  value={polish.tolerance}
                  onChange={(tolerance) => onChange({ ...training, polish: { ...polish, tolerance } })}
                />
              )}
            </Field>
          </div>
          <Checkbox
            label="Look for the smallest eigenvalue of the Hessian at the end"
            checked={polish.curvature}
            onChange={(event) => onChange({ ...training, polish: { ...polish, curvature: event.target.checked } })}
          />
        </>
      )}
    </div>
  );
}

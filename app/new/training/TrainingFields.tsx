"use client";
import type { OptimizerEntry } from "../../../contract/config/optimizerConfig.ts";
import { optimizerName } from "../../../contract/config/optimizerLabel.ts";
import type { ScheduleConfig, TrainingConfig } from "../../../contract/config/trainingConfig.ts";
import { scheduleConfig } from "../../../contract/config/trainingConfig.ts";
import { NumberInput } from "../../numbers/NumberInput.tsx";
import { NumberListInput } from "../../numbers/NumberListInput.tsx";
import { countOf, formatCount } from "../../text/formatNumber.ts";
import { Field, Select } from "../../ui/Field.tsx";
import { type Problem, problemAt } from "../draft/draftProblems.ts";

export function trainingSummary(training: TrainingConfig, optimizers: readonly OptimizerEntry[] | undefined): string {
  const { optimizer, learningRate, schedule, batch, steps } = training;
  const momentum = optimizer.name === "sgd" ? `, momentum ${optimizer.momentum}` : "";
  return [
    ...(optimizers ? [countOf(optimizers.length, "optimizer")] : [optimizerName(optimizer) + momentum, `rate ${learningRate}`]),
    schedule.name,
    batch === "full" ? "full batch" : `batch ${batch}`,
    ...(training.augmentation === undefined ? [] : ["crop and flip"]),
    `${formatCount(steps)} steps`,
  ].join(", ");
}

/** A left-out choice is no key at all, as in the configs that the server keeps. */
function withAugmentation(
  { augmentation: _, ...training }: TrainingConfig,
  augmentation: "crop-flip" | undefined,
): TrainingConfig {
  return augmentation === undefined ? training : { ...training, augmentation };
}

/** Schedule, batch and initialization. */
export function TrainingFields({
  training,
  onChange,
  problems,
}: {
  training: TrainingConfig;
  onChange: (training: TrainingConfig) => void;
  problems: Problem[];
}) {
  const at = (path: string) => problemAt(problems, `config.training.${path}`);
  const { schedule } = training;
  return (
    <div className="grid grid-cols-2 gap-x-3 gap-y-4 md:grid-cols-3 lg:grid-cols-4">
      <Field label="Steps" error={at("steps")}>
        {(control) => (
          <NumberInput
            {...control}
            data-testid="steps"
            value={training.steps}
            onChange={(steps) => onChange({ ...training, steps })}
          />
        )}
      </Field>
      <Field label="Learning rate" error={at("learningRate")}>
        {(control) => (
          <NumberInput
            {...control}
            value={training.learningRate}
            onChange={(learningRate) => onChange({ ...training, learningRate })}
          />
        )}
      </Field>
      <Field label="Batch" hint="full, or samples per step" error={at("batch")}>
        {(control) => <BatchInput {...control} value={training.batch} onChange={(batch) => onChange({ ...training, batch })} />}
      </Field>
      {(training.batch !== "full" || training.augmentation !== undefined) && (
        <Field label="Augmentation" hint="of pictures" error={at("augmentation")}>
          {(control) => (
            <Select
              {...control}
              options={[
                { value: "none", label: "None" },
                { value: "crop-flip", label: "Crop and flip" },
              ]}
              value={training.augmentation ?? "none"}
              onChange={(name) => onChange(withAugmentation(training, name === "none" ? undefined : "crop-flip"))}
            />
          )}
        </Field>
      )}
      <Field label="Warm-up steps" error={at("warmupSteps")}>
        {(control) => (
          <NumberInput
            {...control}
            value={training.warmupSteps}
            onChange={(warmupSteps) => onChange({ ...training, warmupSteps })}
          />
        )}
      </Field>
      <Field label="Schedule">
        {(control) => (
          <Select
            {...control}
            options={[
              { value: "constant", label: "Constant" },
              { value: "cosine", label: "Cosine" },
              { value: "step", label: "Step decay" },
            ]}
            value={schedule.name}
            onChange={(name) => onChange({ ...training, schedule: scheduleConfig.parse({ name }) })}
          />
        )}
      </Field>
      <ScheduleSettings schedule={schedule} onChange={(next) => onChange({ ...training, schedule: next })} at={at} />
      {(["gain", "branchGain"] as const).map((key) => (
        <Field
          key={key}
          label={key === "gain" ? "Initial gain" : "Branch gain"}
          hint={key === "gain" ? "σ = gain·√(1/fan-in)" : "a branch's last matrix"}
          error={at(`initialization.${key}`)}
        >
          {(control) => (
            <NumberInput
              {...control}
              value={training.initialization[key]}
              onChange={(value) => onChange({ ...training, initialization: { ...training.initialization, [key]: value } })}
            />
          )}
        </Field>
      ))}
    </div>
  );
}

function ScheduleSettings({
  schedule,
  onChange,
  at,
}: {
  schedule: ScheduleConfig;
  onChange: (schedule: ScheduleConfig) => void;
  at: (path: string) => string | null;
}) {
  if (schedule.name === "cosine")
    return (
      <Field label="Floor" hint="last rate over the first" error={at("schedule.floor")}>
        {(control) => <NumberInput {...control} value={schedule.floor} onChange={(floor) => onChange({ ...schedule, floor })} />}
      </Field>
    );
  if (schedule.name === "step")
    return (
      <>
        <Field label="Drop at" hint="fractions of the training" error={at("schedule.at")}>
          {(control) => (
            <NumberListInput
              {...control}
              key={schedule.name}
              values={schedule.at}
              atMost={10}
              isValid={(share) => share > 0 && share < 1}
              onChange={(at) => onChange({ ...schedule, at })}
            />
          )}
        </Field>
        <Field label="Factor" error={at("schedule.factor")}>
          {(control) => (
            <NumberInput {...control} value={schedule.factor} onChange={(factor) => onChange({ ...schedule, factor })} />
          )}
        </Field>
      </>
    );
  return null;
}

/** "full" or a number of samples. */
function BatchInput({
  value,
  onChange,
  ...rest
}: {
  value: number | "full";
  onChange: (value: number | "full") => void;
  id: string;
}) {
  return value === "full" ? (
    <Select
      {...rest}
      options={[
        { value: "full", label: "Full" },
        { value: "mini", label: "Mini-batch" },
      ]}
      value="full"
      onChange={() => onChange(128)}
    />
  ) : (
    <div className="flex gap-1.5">
      <NumberInput {...rest} value={value} onChange={onChange} />
      <button
        type="button"
        className="text-ink-faint text-xs underline decoration-line-strong underline-offset-2 hover:text-ink"
        onClick={() => onChange("full")}
      >
        full
      </button>
    </div>
  );
}

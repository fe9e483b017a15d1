"use client";
import {
  type AfterTraining,
  attackNorms,
  type RobustnessConfig,
  robustnessConfig,
  type TransferConfig,
} from "../../../contract/config/afterTraining.ts";
import { type DatasetConfig, datasetLabel } from "../../../contract/data/datasetConfig.ts";
import { NumberInput } from "../../numbers/NumberInput.tsx";
import { Checkbox, Field } from "../../ui/Field.tsx";
import { DatasetSelect } from "../datasets/DatasetSelect.tsx";
import { DatasetSettings, fieldGrid } from "../datasets/DatasetSettings.tsx";
import { AvailabilityText } from "../datasets/DatasetsField.tsx";
import { newDataset } from "../datasets/newDataset.ts";
import { useAvailability } from "../datasets/useAvailability.ts";
import { type Problem, problemAt } from "../draft/draftProblems.ts";
import { ChipInput } from "../inputs/ChipInput.tsx";
import { ToggleChips } from "../inputs/ToggleChips.tsx";
import { transferPartner } from "./transferPartner.ts";

export function afterTrainingSummary(config: AfterTraining | undefined): string {
  const parts = [
    config?.robustness ? `robustness at ${config.robustness.epsilons.length} ε` : null,
    config?.transfer ? `transfer to ${datasetLabel(config.transfer.dataset)}` : null,
  ].filter((part) => part !== null);
  return parts.join(", ") || "nothing: runs end when their training ends";
}

const path = "config.afterTraining";

/** What a run does once it is trained: attacks on its test samples, and linear probes of its layers on a second set. */
export function AfterTrainingFields({
  config,
  datasets,
  onChange,
  problems,
}: {
  config: AfterTraining | undefined;
  datasets: readonly DatasetConfig[];
  onChange: (config: AfterTraining | undefined) => void;
  problems: Problem[];
}) {
  const { robustness, transfer } = config ?? { robustness: null, transfer: null };
  const change = (patch: Partial<AfterTraining>) => {
    const next = { robustness, transfer, ...patch };
    onChange(next.robustness === null && next.transfer === null ? undefined : next);
  };
  return (
    <div className="space-y-5">
      <div className="space-y-3">
        <Checkbox
          label="Robustness: accuracy under attack (FGSM and PGD)"
          data-testid="robustness"
          checked={robustness !== null}
          onChange={(event) => change({ robustness: event.target.checked ? robustnessConfig.parse({}) : null })}
        />
        {robustness && (
          <RobustnessFields config={robustness} onChange={(next) => change({ robustness: next })} problems={problems} />
        )}
      </div>
      <div className="space-y-3">
        <Checkbox
          label="Transfer: a linear probe of every frozen layer on a second data set"
          data-testid="transfer"
          checked={transfer !== null}
          onChange={(event) =>
            change({ transfer: event.target.checked ? { dataset: newDataset(transferPartner(datasets)), ridge: 1e-3 } : null })
          }
        />
        {transfer && <TransferFields config={transfer} onChange={(next) => change({ transfer: next })} problems={problems} />}
      </div>
    </div>
  );
}

function RobustnessFields({
  config,
  onChange,
  problems,
}: {
  config: RobustnessConfig;
  onChange: (config: RobustnessConfig) => void;
  problems: Problem[];
}) {
  const errorAt = (key: string) => problemAt(problems, `${path}.robustness.${key}`);
  const number = (key: "pgdSteps" | "samples" | "l2Factor", label: string, hint: string) => (
    <Field label={label} hint={hint} error={errorAt(key)}>
      {(control) => <NumberInput {...control} value={config[key]} onChange={(value) => onChange({ ...config, [key]: value })} />}
    </Field>
  );
  return (
    <div className="space-y-3 sm:pl-5.5">
      <div className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
        <ChipInput
          label="ε"
          testId="epsilons"
          placeholder="0.01, 0.02"
          hint="Largest change of a pixel of [0, 1] under ℓ∞; of an input where there are no pixels."
          values={config.epsilons}
          onChange={(epsilons) => onChange({ ...config, epsilons })}
          error={errorAt("epsilons")}
          isValid={(epsilon) => epsilon > 0 && epsilon <= 100}
          suggestions={[{ label: "0.005 … 0.08", values: [0.005, 0.01, 0.02, 0.04, 0.08] }]}
        />
        <ToggleChips
          label="Norms"
          options={attackNorms.map((value) => ({ value, label: value === "linf" ? "ℓ∞" : "ℓ2" }))}
          values={config.norms}
          keyOf={(norm) => norm}
          onChange={(norms) => onChange({ ...config, norms })}
          error={errorAt("norms")}
        />
      </div>
      <div className={fieldGrid}>
        {config.norms.includes("l2") && number("l2Factor", "ℓ2 factor", "ε under ℓ2 is larger by this factor")}
        {number("pgdSteps", "PGD steps", "2.5 ε/steps each")}
        {number("samples", "Samples", "first of the test set")}
      </div>
    </div>
  );
}

function TransferFields({
  config,
  onChange,
  problems,
}: {
  config: TransferConfig;
  onChange: (config: TransferConfig) => void;
  problems: Problem[];
}) {
  const availability = useAvailability();
  const { dataset } = config;
  const own = problems.find((problem) => problem.path === `${path}.transfer.dataset`)?.message ?? null;
  const found = availability(dataset.id);
  return (
    <div className="space-y-3 sm:pl-5.5">
      <div className="space-y-1">
        <Field label="Second data set" error={own} className="w-full sm:max-w-72">
          {(control) => (
            <DatasetSelect
              {...control}
              data-testid="transfer-dataset"
              value={dataset.id}
              availability={availability}
              onChange={(id) => onChange({ ...config, dataset: newDataset(id) })}
            />
          )}
        </Field>
        <AvailabilityText found={found} />
      </div>
      <div className={fieldGrid}>
        <DatasetSettings
          dataset={dataset}
          onChange={(next) => onChange({ ...config, dataset: next })}
          errorAt={(key) => problemAt(problems, `${path}.transfer.dataset.${key}`)}
        />
        <Field label="Ridge of the probe" error={problemAt(problems, `${path}.transfer.ridge`)}>
          {(control) => <NumberInput {...control} value={config.ridge} onChange={(ridge) => onChange({ ...config, ridge })} />}
        </Field>
      </div>
    </div>
  );
}

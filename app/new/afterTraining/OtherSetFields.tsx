"use client";
import { type OtherSetConfig, otherSetConfig } from "../../../contract/config/otherSet.ts";
import { type DatasetConfig, datasetLabel, inputKind } from "../../../contract/data/datasetConfig.ts";
import { NumberInput, OptionalNumberInput } from "../../numbers/NumberInput.tsx";
import { Checkbox, Field } from "../../ui/Field.tsx";
import { DatasetSelect } from "../datasets/DatasetSelect.tsx";
import { DatasetSettings, fieldGrid } from "../datasets/DatasetSettings.tsx";
import { AvailabilityText } from "../datasets/DatasetsField.tsx";
import { newDataset } from "../datasets/newDataset.ts";
import { useAvailability } from "../datasets/useAvailability.ts";
import { type Problem, problemAt } from "../draft/draftProblems.ts";
import { transferPartner } from "./transferPartner.ts";

export const otherSetSummary = (other: OtherSetConfig | undefined): string[] =>
  other === undefined ? [] : [`second set: ${datasetLabel(other.dataset)}`];

const path = "config.other";

/** A second set that networks never train on: what is measured of it on the way, and how it is told apart after training. */
export function OtherSetFields({
  other,
  datasets,
  onChange,
  problems,
}: {
  other: OtherSetConfig | undefined;
  datasets: readonly DatasetConfig[];
  onChange: (other: OtherSetConfig | undefined) => void;
  problems: Problem[];
}) {
  const start = () => otherSetConfig.parse({ dataset: newDataset(transferPartner(datasets)) });
  return (
    <div className="space-y-3">
      <Checkbox
        label="Second set: NC5 while training, then how well scores tell what is out of distribution"
        data-testid="other-set"
        checked={other !== undefined}
        onChange={(event) => onChange(event.target.checked ? start() : undefined)}
      />
      {other && <Chosen other={other} onChange={onChange} problems={problems} />}
    </div>
  );
}

function Chosen({
  other,
  onChange,
  problems,
}: {
  other: OtherSetConfig;
  onChange: (other: OtherSetConfig) => void;
  problems: Problem[];
}) {
  const availability = useAvailability();
  const { dataset } = other;
  const own = problems.find((problem) => problem.path === `${path}.dataset`)?.message ?? null;
  const errorAt = (key: string) => problemAt(problems, `${path}.${key}`);
  const number = (key: "samples" | "alpha" | "temperature", label: string) => (
    <Field label={label} error={errorAt(key)}>
      {(control) => (
        <NumberInput
          {...control}
          value={other[key]}
          onChange={(value) => onChange({ ...other, [key]: value })}
          data-testid={`other-${key}`}
        />
      )}
    </Field>
  );
  // Of published pictures the test set is taken as it is.
  const hasSettings = inputKind(dataset.id) !== "image" || dataset.id === "image-folder";
  return (
    <div className="space-y-3 sm:pl-5.5">
      <div className="space-y-1">
        <Field label="Second data set" hint="Its test set is read, never its labels." error={own} className="w-full sm:max-w-72">
          {(control) => (
            <DatasetSelect
              {...control}
              data-testid="other-dataset"
              value={dataset.id}
              availability={availability}
              onChange={(id) => onChange({ ...other, dataset: newDataset(id) })}
            />
          )}
        </Field>
        <AvailabilityText found={availability(dataset.id)} />
      </div>
      <div className={fieldGrid}>
        {hasSettings && (
          <DatasetSettings
            dataset={dataset}
            onChange={(next) => onChange({ ...other, dataset: next })}
            errorAt={(key) => errorAt(`dataset.${key}`)}
          />
        )}
        {number("samples", "Samples, at most")}
        <Field label="NECO: directions r" error={errorAt("rank")}>
          {(control) => (
            <OptionalNumberInput
              {...control}
              placeholder="K − 1"
              value={other.rank ?? null}
              onChange={(rank) => {
                const { rank: _before, ...rest } = other;
                onChange(rank === null ? rest : { ...rest, rank });
              }}
              data-testid="other-rank"
            />
          )}
        </Field>
        {number("alpha", "NCI: weight α")}
        {number("temperature", "Energy: T")}
      </div>
    </div>
  );
}

"use client";
import { type DatasetConfig, datasetIds, datasetTitles } from "../../../contract/data/datasetConfig.ts";
import { NumberInput, OptionalNumberInput } from "../../numbers/NumberInput.tsx";
import { Button } from "../../ui/Button.tsx";
import { Field } from "../../ui/Field.tsx";
import { type Problem, problemAt } from "../draft/draftProblems.ts";
import { ChipInput } from "../inputs/ChipInput.tsx";
import { DatasetSelect } from "./DatasetSelect.tsx";
import { DatasetSettings, fieldGrid } from "./DatasetSettings.tsx";
import { type DatasetGroup, groupDatasets, takesNoise, withGroup, withLargeClasses } from "./datasetGroups.ts";
import { newDataset } from "./newDataset.ts";
import { type Availability, useAvailability } from "./useAvailability.ts";

export function DatasetsField({
  datasets,
  onChange,
  problems,
}: {
  datasets: DatasetConfig[];
  onChange: (datasets: DatasetConfig[]) => void;
  problems: Problem[];
}) {
  const availability = useAvailability();
  const ownProblem = problems.find((problem) => problem.path === "config.datasets")?.message ?? null;
  const groups = groupDatasets(datasets);
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">Data sets</legend>
      <div className="divide-y divide-line *:py-4 [&>*:first-child]:pt-0">
        {groups.map((group, at) => (
          <GroupFields
            key={at}
            label={groups.length === 1 ? "Data set" : `Data set ${at + 1}`}
            group={group}
            availability={availability}
            problems={problems}
            onChange={(next) => onChange(withGroup(groups, at, next))}
            onRemove={groups.length > 1 ? () => onChange(withGroup(groups, at, null)) : null}
          />
        ))}
      </div>
      {ownProblem && (
        <p role="alert" data-testid="field-error" className="mb-2 text-bad text-xs">
          {ownProblem}
        </p>
      )}
      <Button
        look="quiet"
        small
        icon="plus"
        className="-ml-2"
        onClick={() => {
          const unused = datasetIds.find((id) => availability(id)?.available !== false && datasets.every((one) => one.id !== id));
          onChange([...datasets, newDataset(unused ?? "gaussian-clusters")]);
        }}
      >
        Another data set
      </Button>
    </fieldset>
  );
}

/** One set, at one or several noise rates and imbalances. */
function GroupFields({
  label,
  group,
  availability,
  problems,
  onChange,
  onRemove,
}: {
  label: string;
  group: DatasetGroup;
  availability: ReturnType<typeof useAvailability>;
  problems: Problem[];
  onChange: (group: DatasetGroup) => void;
  onRemove: (() => void) | null;
}) {
  const { base } = group;
  const found = availability(base.id);
  const largeClasses = "largeClasses" in base ? (base.largeClasses ?? null) : null;
  const errorAt = (key: string) =>
    group.indexes.map((index) => problemAt(problems, `config.datasets.${index}.${key}`)).find((message) => message !== null) ??
    null;
  return (
    <div className="space-y-3">
      <div className="space-y-1">
        <div className="flex items-end gap-2">
          <Field label={label} className="w-full sm:max-w-72">
            {(control) => (
              <DatasetSelect
                {...control}
                data-testid="dataset"
                value={base.id}
                availability={availability}
                onChange={(id) => onChange({ ...group, base: newDataset(id) })}
              />
            )}
          </Field>
          {onRemove && <Button look="quiet" icon="close" aria-label={`Remove ${datasetTitles[base.id]}`} onClick={onRemove} />}
        </div>
        <AvailabilityText found={found} />
      </div>
      <div className={fieldGrid}>
        <DatasetSettings dataset={base} onChange={(next) => onChange({ ...group, base: next })} errorAt={errorAt} />
      </div>
      {takesNoise(base) && (
        <div className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
          <ChipInput
            label="Noise rates"
            testId="noise-rates"
            placeholder="0"
            hint="Share of each class's training labels that are exchanged; several values make a study over noise."
            values={group.rates}
            onChange={(rates) => onChange({ ...group, rates })}
            error={errorAt("labelNoise.rate")}
            isValid={(rate) => rate >= 0 && rate <= 1}
            suggestions={[
              { label: "none", values: [0] },
              { label: "0, .1, .2, .4", values: [0, 0.1, 0.2, 0.4] },
            ]}
          />
          <ChipInput
            label="Imbalance"
            testId="imbalances"
            placeholder="1"
            hint="Smallest training class over the largest; 1 is balanced."
            values={group.imbalances}
            onChange={(imbalances) => onChange({ ...group, imbalances })}
            error={errorAt("imbalance")}
            isValid={(ratio) => ratio > 0 && ratio <= 1}
            suggestions={[
              { label: "balanced", values: [1] },
              { label: "1, .1, .01", values: [1, 0.1, 0.01] },
            ]}
          />
          {(group.imbalances.some((ratio) => ratio !== 1) || largeClasses !== null) && (
            <Field
              label="Large classes t"
              hint="The first t classes are large and all others small; empty: geometric in between."
              error={errorAt("largeClasses")}
              className="max-w-72"
            >
              {(control) => (
                <OptionalNumberInput
                  {...control}
                  placeholder="geometric"
                  value={largeClasses}
                  onChange={(large) => onChange({ ...group, base: withLargeClasses(base, large) })}
                  data-testid="large-classes"
                />
              )}
            </Field>
          )}
          {group.rates.some((rate) => rate !== 0) && (
            <Field label="Seed of the noise" error={errorAt("labelNoise.seed")} className="max-w-34">
              {(control) => (
                <NumberInput {...control} value={group.noiseSeed} onChange={(noiseSeed) => onChange({ ...group, noiseSeed })} />
              )}
            </Field>
          )}
        </div>
      )}
    </div>
  );
}

export function AvailabilityText({ found }: { found: Availability | null }) {
  if (found === null) return null;
  return (
    <p
      className={`break-words text-xs ${found.available ? "line-clamp-2 text-ink-faint" : "text-warn"}`}
      title={found.text}
      data-testid="dataset-availability"
    >
      {found.available ? "" : "Not available. "}
      {found.text}
    </p>
  );
}

"use client";
import { useQuery } from "@tanstack/react-query";
import { type DatasetConfig, type DatasetId, datasetConfig, datasetIds, datasetTitles } from "../../contract/datasetConfig.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { countOf } from "../text/formatNumber.ts";
import { Button } from "../ui/Button.tsx";
import { Checkbox, Field, Select } from "../ui/Field.tsx";
import { type Problem, problemAt } from "./draftProblems.ts";
import { NumberInput } from "./NumberInput.tsx";

interface Availability {
  available: boolean;
  text: string;
}

/** Where each data set is, over the connected workers. */
function useAvailability(): (id: DatasetId) => Availability | null {
  const trpc = useTRPC();
  const workers = useQuery(trpc.workers.list.queryOptions(undefined, { refetchInterval: 15_000 }));
  const connected = workers.data?.filter((worker) => worker.connected) ?? [];
  return (id) => {
    if (workers.data === undefined) return null;
    if (connected.length === 0)
      return { available: true, text: "No worker is connected yet: where this set is shows when one is." };
    const answers = connected.flatMap((worker) => worker.datasets.filter((set) => set.id === id));
    const having = answers.filter((answer) => answer.available);
    if (having.length > 0) {
      const where = connected.length === 1 ? "" : ` on ${having.length} of ${countOf(connected.length, "worker")}`;
      return { available: true, text: `Available${where}: ${having[0].detail}` };
    }
    return { available: false, text: answers[0]?.detail ?? "No connected worker knows this data set." };
  };
}

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
  const replace = (index: number, next: DatasetConfig) => onChange(datasets.map((one, at) => (at === index ? next : one)));
  const options = datasetIds.map((id) => ({
    value: id,
    label: `${datasetTitles[id]}${availability(id)?.available === false ? " (not available)" : ""}`,
  }));
  return (
    <fieldset className="min-w-0 space-y-3">
      <legend className="sr-only">Data sets</legend>
      {datasets.map((dataset, index) => {
        const found = availability(dataset.id);
        const path = `config.datasets.${index}`;
        return (
          <div key={index} className="space-y-2">
            <div className="flex items-end gap-2">
              <Field label={datasets.length === 1 ? "Data set" : `Data set ${index + 1}`} className="w-full sm:max-w-72">
                {(control) => (
                  <Select
                    {...control}
                    data-testid="dataset"
                    options={options}
                    value={dataset.id}
                    onChange={(id) => replace(index, datasetConfig.parse({ id }))}
                  />
                )}
              </Field>
              {datasets.length > 1 && (
                <Button
                  look="quiet"
                  icon="close"
                  aria-label={`Remove ${datasetTitles[dataset.id]}`}
                  onClick={() => onChange(datasets.filter((_, at) => at !== index))}
                />
              )}
            </div>
            {found && (
              <p
                className={`break-words text-xs ${found.available ? "text-ink-faint" : "text-warn"}`}
                data-testid="dataset-availability"
              >
                {found.available ? "" : "Not available. "}
                {found.text}
              </p>
            )}
            <DatasetSettings dataset={dataset} onChange={(next) => replace(index, next)} problems={problems} path={path} />
          </div>
        );
      })}
      {ownProblem && (
        <p role="alert" data-testid="field-error" className="text-bad text-xs">
          {ownProblem}
        </p>
      )}
      <Button
        look="quiet"
        small
        icon="plus"
        className="-ml-2"
        onClick={() => {
          const next = datasetIds.find((id) => datasets.every((one) => one.id !== id)) ?? "gaussian-clusters";
          onChange([...datasets, datasetConfig.parse({ id: next })]);
        }}
      >
        Another data set
      </Button>
    </fieldset>
  );
}

function DatasetSettings({
  dataset,
  onChange,
  problems,
  path,
}: {
  dataset: DatasetConfig;
  onChange: (dataset: DatasetConfig) => void;
  problems: Problem[];
  path: string;
}) {
  const number = (key: string, label: string, hint?: string) => (
    <Field label={label} hint={hint} error={problemAt(problems, `${path}.${key}`)}>
      {(control) => (
        <NumberInput
          {...control}
          value={(dataset as Record<string, unknown>)[key] as number}
          onChange={(value) => onChange({ ...dataset, [key]: value } as DatasetConfig)}
        />
      )}
    </Field>
  );
  const grid = "grid grid-cols-2 gap-3 sm:grid-cols-[repeat(auto-fill,minmax(128px,1fr))]";
  if (dataset.id === "gaussian-clusters" || dataset.id === "random-labels")
    return (
      <div className={grid}>
        {number("classes", "Classes K")}
        {number("dimension", "Dimension")}
        {number("trainPerClass", "Training a class n")}
        {number("testPerClass", "Test a class")}
        {number("dataSeed", "Seed of the data")}
        {dataset.id === "gaussian-clusters" && number("separation", "Separation", "centres, in σ")}
        {dataset.id === "gaussian-clusters" && number("imbalance", "Imbalance", "1 = balanced")}
      </div>
    );
  return (
    <div className="flex flex-wrap items-end gap-x-4 gap-y-2">
      {(["trainPerClass", "testPerClass"] as const).map((key) => {
        const value = dataset[key];
        const what = key === "trainPerClass" ? "training" : "test";
        return (
          <div key={key} className="flex items-end gap-2">
            <Checkbox
              label={`Whole ${what} set`}
              checked={value === null}
              onChange={(event) => onChange({ ...dataset, [key]: event.target.checked ? null : 100 })}
            />
            {value !== null && (
              <Field
                label={`${what === "test" ? "Test" : "Training"} a class`}
                error={problemAt(problems, `${path}.${key}`)}
                className="w-32"
              >
                {(control) => (
                  <NumberInput {...control} value={value} onChange={(next) => onChange({ ...dataset, [key]: next })} />
                )}
              </Field>
            )}
          </div>
        );
      })}
    </div>
  );
}

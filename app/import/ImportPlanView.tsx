"use client";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { CarriedOut, ColumnChoice, ImportChoices, ImportPlan, UploadedImport } from "../../contract/wire/imports.ts";
import { countOf, formatBytes } from "../text/formatNumber.ts";
import { Button } from "../ui/Button.tsx";
import { Field, Select } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Panel } from "../ui/Panel.tsx";
import { ArchiveFacts } from "./ArchiveFacts.tsx";
import { ColumnMapper } from "./ColumnMapper.tsx";
import { kindTitles } from "./kindTitles.ts";
import { PlannedArrays, PlannedLayers } from "./PlannedFeatures.tsx";
import { PlannedAxes, PlannedRuns, PlannedSeries } from "./PlannedTables.tsx";
import { PlanProblems } from "./PlanProblems.tsx";
import { recallColumns, rememberColumns } from "./rememberedColumns.ts";
import { StudyField } from "./StudyField.tsx";
import { carryOutImport, planImport } from "./sendImport.ts";

interface ImportPlanViewProps {
  id: string;
  files: UploadedImport["files"];
  /** Files of a folder that were not sent. */
  leftOut: number;
  /** What it would make as the files are taken by themselves. */
  first: ImportPlan;
  onDone: (made: CarriedOut) => void;
  onCancel: () => void;
}

/** What files would make, what can be chosen of it, and the button that makes it. */
export function ImportPlanView({ id, files, leftOut, first, onDone, onCancel }: ImportPlanViewProps) {
  const [choices, setChoices] = useState<ImportChoices>({});
  const [recalled, setRecalled] = useState(false);
  const found = useQuery({
    queryKey: ["import", id, choices],
    queryFn: () => planImport(id, choices),
    ...(Object.keys(choices).length === 0 && { initialData: first }),
    placeholderData: keepPreviousData,
    retry: false,
    refetchOnWindowFocus: false,
    refetchInterval: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const plan = found.data ?? first;
  const making = useMutation({
    mutationFn: () => carryOutImport(id, choices),
    onSuccess: (made) => {
      if (plan.columns && choices.columns) rememberColumns(plan.columns, choices.columns);
      onDone(made);
    },
  });

  // As this person took the same columns the last time.
  useEffect(() => {
    const before = first.columns && recallColumns(first.columns);
    if (!before) return;
    setRecalled(true);
    setChoices((now) => ({ ...now, columns: before }));
  }, [first]);

  const choose = (change: ImportChoices) => {
    making.reset();
    setChoices((now) => ({ ...now, ...change }));
  };
  const chooseColumns = (columns: ColumnChoice[]) => {
    setRecalled(false);
    choose({ columns });
  };

  const { runs, present } = plan.counts;
  const hasError = plan.problems.some(({ level }) => level === "error");
  const problem = making.error ?? found.error;
  const busy = making.isPending || found.isFetching;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return (
    <>
      <Panel
        title={files.length === 1 ? files[0]?.name : countOf(files.length, "file")}
        hint={`${formatBytes(bytes)}${leftOut > 0 ? `; ${countOf(leftOut, "other file")} of the folder left out` : ""}`}
        testId="import-plan"
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Read as">
            {(control) => (
              <Select
                {...control}
                options={plan.kinds.map((kind) => ({ value: kind, label: kindTitles[kind] }))}
                value={plan.kind}
                onChange={(kind) => setChoices({ kind })}
              />
            )}
          </Field>
          {plan.archive === null && (
            <StudyField
              name={choices.study ?? plan.study.name}
              existing={plan.study.existing}
              onChange={(study) => choose({ study })}
            />
          )}
        </div>
        {plan.archive !== null && (
          <div className="mt-4">
            <ArchiveFacts summary={plan.archive} />
          </div>
        )}
        {plan.archive === null && (
          <p className="mt-4 text-sm" data-testid="import-counts">
            {countOf(runs, "run")}
            {present > 0 && ` (${present === runs ? "all" : present} here already)`}, {countOf(plan.axes.length, "axis", "axes")},{" "}
            {plan.features
              ? `${countOf(plan.features.layers.length, "layer")}, ${countOf(plan.counts.points, "measurement")}.`
              : `${countOf(plan.counts.series, "series", "series")}, ${countOf(plan.counts.points, "point")}.`}
          </p>
        )}
        <div className="mt-4 space-y-3">
          {recalled && (
            <Notice tone="plain" icon="again" inLine slim testId="columns-recalled">
              <span>Columns are read as you chose the last time.</span>
              <Button
                small
                onClick={() => {
                  if (plan.columns) rememberColumns(plan.columns, []);
                  setRecalled(false);
                  setChoices(({ columns: _, ...others }) => others);
                }}
              >
                Forget that
              </Button>
            </Notice>
          )}
          <PlanProblems problems={plan.problems} />
          {problem && (
            <Notice role="alert" tone="bad" testId="import-problem">
              <span className="wrap-anywhere min-w-0">{problem.message}</span>
            </Notice>
          )}
        </div>
        <div className="mt-4 flex flex-wrap justify-end gap-2">
          <Button onClick={onCancel}>Cancel</Button>
          <Button
            look="primary"
            disabled={busy || hasError || found.error !== null}
            onClick={() => making.mutate()}
            data-testid="import-confirm"
          >
            {making.isPending
              ? "Importing…"
              : runs > 0 && runs === present
                ? "Open the experiment"
                : `Import ${countOf(runs - present, "run")}`}
          </Button>
        </div>
      </Panel>
      {plan.columns && <ColumnMapper columns={plan.columns} chosen={choices.columns ?? []} onChange={chooseColumns} />}
      {plan.features && plan.features.layers.length > 0 && <PlannedLayers layers={plan.features.layers} />}
      {plan.features && plan.features.arrays.length > 0 && (
        <PlannedArrays arrays={plan.features.arrays} chosen={choices.arrays ?? []} onChange={(arrays) => choose({ arrays })} />
      )}
      {plan.axes.length > 0 && <PlannedAxes axes={plan.axes} />}
      {plan.runs.length > 0 && <PlannedRuns plan={plan} />}
      {plan.series.length > 0 && <PlannedSeries plan={plan} />}
    </>
  );
}

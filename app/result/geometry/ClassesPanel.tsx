"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { classLabel } from "../../../contract/data/classNames.ts";
import { type ListMetric, metricInfo } from "../../../contract/metrics/metricInfo.ts";
import { type ListKey, listKey, type Split } from "../../../contract/metrics/seriesKey.ts";
import type { AxisOptions } from "../../charts/axes/axisOptions.ts";
import { categoryAt } from "../../charts/axes/categoryAxis.ts";
import type { ChartSeries } from "../../charts/chartTypes.ts";
import { ChartPanel } from "../../charts/panel/ChartPanel.tsx";
import { useTRPC } from "../../data/trpcClient.ts";
import { formatCount } from "../../text/formatNumber.ts";
import { shortNumber } from "../../text/shortNumber.ts";
import { Select, TextInput } from "../../ui/Field.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { classOptions } from "../model/metrics/listOptions.ts";
import { rankedClasses } from "../model/metrics/rankedClasses.ts";
import { TimeSlider } from "../parts/TimeSlider.tsx";

interface ClassesPanelProps {
  runId: string;
  /** Its measured layers. */
  layers: number;
  /** Its last measured step: with a new one the lists are read again. */
  step: number;
  classNames: readonly string[] | undefined;
}

/** Lines of the table of classes. */
const named = 12;
/** So many classes have their names under the axis; of more, their numbers. */
const onAxis = 24;
/** Of more classes dots run into each other. */
const maxDots = 60;

/** Which classes collapse: one number for each, sorted or by class, at a step of the training. */
export function ClassesPanel({ runId, layers, step, classNames }: ClassesPanelProps) {
  const [metric, setMetric] = useState<ListMetric>("nc1.class");
  const [split, setSplit] = useState<Split>("train");
  const [order, setOrder] = useState<"sorted" | "by class">("sorted");
  const [at, setAt] = useState<number | null>(null);
  const [filter, setFilter] = useState("");
  const { label, formula, layers: of, log, test, direction } = metricInfo[metric];
  const measured = test === null ? "train" : split;
  const key: ListKey = listKey(measured, metric, of === null ? undefined : layers);
  const trpc = useTRPC();
  const read = useQuery({
    ...trpc.runs.lists.queryOptions({ id: runId, keys: [key], ...(at === null ? { latest: step } : { step: at }) }),
    placeholderData: keepPreviousData,
  });
  const numbers = read.data?.lists[key];
  const ranked = useMemo(() => rankedClasses(numbers ?? [], direction), [numbers, direction]);
  const drawn = useMemo(() => (order === "sorted" ? ranked : ranked.toSorted((a, b) => a.index - b.index)), [ranked, order]);
  const isNamed = drawn.length <= onAxis;
  const series = useMemo((): ChartSeries[] => {
    if (drawn.length === 0) return [];
    const placeOf = (index: number, place: number) => (isNamed ? place : order === "sorted" ? place + 1 : index);
    return [
      {
        id: metric,
        label,
        style: { colour: "var(--ink)", dash: "", marker: "circle" },
        xs: drawn.map(({ index }, place) => placeOf(index, place)),
        ys: drawn.map(({ value }) => value),
        notes: drawn.map(({ index }) => `class ${classLabel(classNames, index)}`),
        // Between classes in their own order nothing rises or falls.
        draw: order === "by class" ? "dots" : drawn.length > maxDots ? "line" : "line-and-dots",
      },
    ];
  }, [drawn, isNamed, order, metric, label, classNames]);
  const x = useMemo((): AxisOptions => {
    const first = direction === null ? "largest first" : "least collapsed first";
    const text = order === "by class" ? "class" : isNamed ? `class, ${first}` : `rank, ${first}`;
    return isNamed && drawn.length > 0
      ? { label: text, kind: "linear", categories: drawn.map(({ index }) => classLabel(classNames, index)) }
      : { label: text, kind: "linear" };
  }, [drawn, isNamed, order, direction, classNames]);
  const y = useMemo((): AxisOptions => ({ label, kind: log ? "log10" : "linear" }), [label, log]);
  const wanted = filter.trim().toLowerCase();
  const found = drawn.filter(({ index }) => classLabel(classNames, index).toLowerCase().includes(wanted));
  const absent = (numbers?.length ?? 0) - ranked.length;

  // Runs of older versions, and recordings of them.
  if (read.data?.steps.length === 0 && metric === "nc1.class" && split === "train") return null;

  return (
    <ChartPanel
      panelId="classes"
      title="Classes"
      hint={formula}
      measures={[key]}
      series={series}
      x={x}
      y={y}
      height={240}
      crosshairAxis={order === "sorted" && !isNamed ? "rank" : "class"}
      {...(x.categories && { formatX: (place: number) => categoryAt(place, x.categories ?? []) })}
      notices={[
        absent > 0
          ? `${formatCount(absent)} of ${formatCount(numbers!.length)} classes have none: they have no samples there.`
          : null,
      ]}
      empty={read.data && !numbers ? "Not measured for each class of this run." : undefined}
      controls={
        <>
          <Select
            aria-label="Measure of the classes"
            className="!h-7 !w-auto max-w-52 text-xs"
            options={classOptions}
            value={metric}
            onChange={setMetric}
          />
          {test !== null && (
            <Segmented
              label="Split of the classes"
              options={(["train", "test"] as const).map((value) => ({ value, label: value }))}
              value={split === "other" ? "train" : split}
              onChange={setSplit}
            />
          )}
          <Segmented
            label="Order of the classes"
            options={(["sorted", "by class"] as const).map((value) => ({ value, label: value }))}
            value={order}
            onChange={setOrder}
          />
          <TimeSlider steps={read.data?.steps ?? []} at={at} onAt={setAt} label="Step of the classes" />
        </>
      }
      footer={
        ranked.length === 0 ? null : (
          <div className="text-xs">
            {ranked.length > named && (
              <TextInput
                aria-label="Classes whose name contains"
                placeholder="Filter by name"
                className="!h-7 mb-1 max-w-52 text-xs"
                value={filter}
                onChange={(event) => setFilter(event.target.value)}
              />
            )}
            <ol className="flex flex-wrap gap-x-4 gap-y-1" data-testid="classes">
              {found.slice(0, named).map(({ index, value }) => (
                <li key={index} className="max-w-52 truncate">
                  <span className="text-ink-faint">{classLabel(classNames, index)}</span> {shortNumber(value)}
                </li>
              ))}
              {found.length > named && <li className="text-ink-faint">and {formatCount(found.length - named)} more</li>}
              {found.length === 0 && <li className="text-ink-faint">No class is called that.</li>}
            </ol>
          </div>
        )
      }
    />
  );
}

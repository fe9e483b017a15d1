"use client";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { countOf } from "../../text/formatNumber.ts";
import { copyText } from "../../ui/copyText.ts";
import { Menu, type MenuItem } from "../../ui/Menu.tsx";
import { useToast } from "../../ui/Toast.tsx";
import type { ChartSeries } from "../chartTypes.ts";
import { chartCsv } from "../export/chartCsv.ts";
import { useExportHead } from "../export/ExportFacts.ts";
import { fileName, pngOf, saveFile, svgOf } from "../export/exportPicture.ts";
import { pgfplots } from "../export/pgfplots.ts";
import { describeGaps, splitGaps } from "../layout/splitGaps.ts";
import { XYChart, type XYChartProps } from "../XYChart.tsx";
import { ChartLegend } from "./ChartLegend.tsx";
import { ChartTable } from "./ChartTable.tsx";

export interface ChartPanelProps extends Omit<XYChartProps, "description"> {
  title: string;
  /** Formula or a short explanation beside the title. */
  hint?: ReactNode;
  /** Choices that belong to this chart. */
  controls?: ReactNode;
  /** Choices of the menu, above the exports. */
  extraItems?: MenuItem[];
  /** Address of all stored points as CSV; without it the CSV holds what is drawn. */
  csvHref?: string;
  /** Makes the CSV of all stored points, where no single address has it. */
  onCsv?: () => void;
  /** Stored points of which these are a selection. */
  total?: number;
  /** Lines under the chart that say what it does not show. */
  notices?: readonly (string | null)[];
  /** Drawn over the plot while there is nothing to draw. */
  empty?: ReactNode;
  footer?: ReactNode;
  headingLevel?: 2 | 3;
  /** One of many panels that share a legend and its choices: no legend and no word on the x axis of its own. */
  sharedHidden?: ReadonlySet<string>;
  /** The page says once for its panels that step 0 has no place on a log axis. */
  offAxisSaid?: boolean;
}

/** A chart with its title, menu (PNG, SVG, CSV, pgfplots, link, table), legend, and what it leaves out in words. */
export function ChartPanel(props: ChartPanelProps) {
  const {
    title,
    hint,
    controls,
    extraItems = [],
    csvHref,
    onCsv,
    total,
    notices = [],
    empty,
    footer,
    headingLevel = 3,
    ...chart
  } = props;
  const [ownHidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shared = props.sharedHidden !== undefined;
  const hidden = props.sharedHidden ?? ownHidden;
  const [asTable, setAsTable] = useState(false);
  const box = useRef<HTMLElement>(null);
  const toast = useToast();
  const series = useMemo(
    () =>
      hidden.size === 0 ? chart.series : chart.series.map((one) => (hidden.has(groupOf(one)) ? { ...one, hidden: true } : one)),
    [chart.series, hidden],
  );
  const drawn = useMemo(
    () => series.filter((one) => !one.hidden).map((one) => splitGaps(one.xs, one.ys, chart.x.kind, chart.y.kind)),
    [series, chart.x.kind, chart.y.kind],
  );
  const shown = drawn.reduce((sum, one) => sum + one.points.length, 0);
  const offAxis = drawn.reduce((sum, one) => sum + one.offAxis, 0);
  const said = [
    total !== undefined && total > shown + offAxis
      ? `shown ${shown.toLocaleString("en")} of ${total.toLocaleString("en")} points`
      : null,
    describeGaps(drawn),
    offAxis === 0
      ? null
      : chart.x.kind === "linear"
        ? `${countOf(offAxis, "point")} beyond ±10³⁰⁰ on the x axis`
        : shared || props.offAxisSaid
          ? null
          : `${chart.x.label} 0 has no place on a log axis`,
    ...notices,
  ].filter((text) => text !== null);
  const picture = () => box.current?.querySelector<SVGSVGElement>("svg.recharts-surface") ?? null;
  const failed = () => toast({ text: "The browser did not draw the picture; the SVG may still work.", tone: "bad" });
  const yLabel = chart.y.label;
  const drawnLegend = series.filter((one) => !one.minor && !one.hidden);

  const exportHead = useExportHead();
  const items: MenuItem[] = [
    ...extraItems,
    ...(extraItems.length > 0 ? (["separator"] as const) : []),
    { label: asTable ? "Show as chart" : "Show as table", icon: "list", onSelect: () => setAsTable(!asTable) },
    { label: "Copy link", icon: "link", onSelect: () => void copyLink(chart.panelId, toast) },
    "separator",
    {
      label: "PNG",
      icon: "download",
      disabled: asTable,
      onSelect: () => {
        const svg = picture();
        if (svg === null) return;
        const { text, width, height } = svgOf(svg, title, drawnLegend);
        pngOf(text, width, height).then((blob) => saveFile(fileName(title, "png"), blob), failed);
      },
    },
    {
      label: "SVG",
      icon: "download",
      disabled: asTable,
      onSelect: () => {
        const svg = picture();
        if (svg !== null) saveFile(fileName(title, "svg"), svgOf(svg, title, drawnLegend).text, "image/svg+xml");
      },
    },
    csvHref
      ? { label: "CSV (all points)", icon: "download", href: csvHref, download: true }
      : onCsv
        ? { label: "CSV (all points)", icon: "download", onSelect: onCsv }
        : {
            label: "CSV",
            icon: "download",
            onSelect: () =>
              saveFile(
                fileName(title, "csv"),
                chartCsv(
                  chart.series,
                  chart.x,
                  yLabel,
                  exportHead(`chart "${title}"`, typeof hint === "string" ? [["measure", hint]] : []),
                ),
                "text/csv",
              ),
          },
    {
      label: "LaTeX (pgfplots)",
      icon: "download",
      onSelect: () =>
        saveFile(
          fileName(title, "tex"),
          pgfplots({
            title,
            xLabel: chart.x.label,
            yLabel,
            xKind: chart.x.kind,
            yKind: chart.y.kind,
            ...(chart.x.categories ? { categories: chart.x.categories } : {}),
            lines: series.filter((one) => !one.minor && !one.hidden).map((one) => ({ ...one, dash: one.style.dash })),
            references: (chart.references ?? []).filter((reference) => !reference.points && !reference.pieces),
            wedges: chart.wedges ?? [],
            notes: said,
          }),
        ),
    },
  ];

  const Heading = headingLevel === 2 ? "h2" : "h3";
  return (
    <section
      ref={box}
      id={`panel-${chart.panelId}`}
      aria-label={title}
      data-panel={chart.panelId}
      className="min-w-0 scroll-mt-16 rounded-lg border border-line bg-surface"
    >
      <header className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 pt-1.5 pr-1.5 pl-4">
        <div className="flex min-w-0 flex-1 basis-0 flex-wrap items-baseline gap-x-3">
          <Heading className="font-semibold text-sm">{title}</Heading>
          {hint && <span className="min-w-0 text-ink-faint text-xs">{hint}</span>}
        </div>
        <div className="flex items-center gap-1.5 self-start">
          {props.onZoomOut && chart.x.range && (
            <button type="button" onClick={props.onZoomOut} className="rounded-sm px-1.5 text-accent text-xs hover:underline">
              reset zoom
            </button>
          )}
          <Menu label={`${title}: export and options`} items={items} />
        </div>
        {controls && <div className="flex w-full flex-wrap items-center gap-x-3 gap-y-2 pr-2.5 pb-1">{controls}</div>}
      </header>
      <div className="relative px-1 sm:px-2">
        {asTable ? (
          <ChartTable series={series.filter((one) => !one.hidden && !one.minor)} x={chart.x} yLabel={yLabel} title={title} />
        ) : (
          <XYChart {...chart} series={series} description={describe(title, series, chart.x.label, yLabel)} />
        )}
        {empty && (
          <div className="pointer-events-none absolute inset-0 flex items-center justify-center px-16 pb-10 text-center text-ink-soft text-sm">
            {empty}
          </div>
        )}
      </div>
      <div className="space-y-1 px-4 pb-3">
        {!shared && <ChartLegend series={chart.series} hidden={hidden} onToggle={(id) => setHidden(toggledIn(hidden, id))} />}
        {said.length > 0 && <p className="text-2xs text-ink-faint">{said.join(" · ")}</p>}
        {footer}
      </div>
    </section>
  );
}

/** Faint company ("<id>/…") hides with its line. */
const groupOf = (one: ChartSeries): string => (one.minor ? (one.id.split("/")[0] ?? one.id) : one.id);

export function toggledIn(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}

function describe(title: string, series: readonly ChartSeries[], xLabel: string, yLabel: string): string {
  const named = series.filter((one) => !one.minor && !one.hidden).map((one) => one.label);
  return `${title}: ${yLabel} over ${xLabel}; ${named.length === 0 ? "nothing drawn yet" : named.slice(0, 12).join("; ")}. The menu offers the numbers as a table.`;
}

async function copyLink(panelId: string, toast: ReturnType<typeof useToast>): Promise<void> {
  const address = new URL(window.location.href);
  address.hash = `panel-${panelId}`;
  const done = await copyText(address.href);
  toast(done ? { text: "Link copied; it opens this view." } : { text: address.href });
}

"use client";
import { type ReactNode, useContext, useMemo, useState } from "react";
import type { CsvFacts } from "../../../contract/csv.ts";
import { type AnyMetric, metricInfo } from "../../../contract/metrics/metricInfo.ts";
import { classes } from "../../ui/classes.ts";
import { DefinitionLink } from "../../ui/DefinitionLink.tsx";
import { Menu, type MenuItem } from "../../ui/Menu.tsx";
import type { FigureTable, SummaryRow, TextTable } from "../export/figure.ts";
import { metricOf } from "../export/figureFacts.ts";
import { XYChart, type XYChartProps } from "../XYChart.tsx";
import { AloneContext } from "./AloneContext.ts";
import { ChartLegend } from "./ChartLegend.tsx";
import { ChartTable } from "./ChartTable.tsx";
import { describeChart, missingTexts } from "./chartSayings.ts";
import { toggledIn, withHidden } from "./hiddenLines.ts";
import { useChartMenu } from "./useChartMenu.ts";

interface ChartPanelProps extends Omit<XYChartProps, "description"> {
  title: string;
  /** Formula or a short explanation next to the title. */
  hint?: ReactNode;
  /** Choices that belong to this chart. */
  controls?: ReactNode;
  /** Choices of the menu, above the exports. */
  extraItems?: MenuItem[];
  /** Metrics it shows, "train/nc1.ratio": their definitions stand in the head of each file. */
  measures?: readonly string[];
  /** The metric to whose definition the title links, where it is not that of the first of these. */
  definition?: AnyMetric;
  /** What else stands in that head. */
  facts?: CsvFacts;
  /** Reads all stored points, where what is drawn is a selection of them. */
  readTable?: () => Promise<FigureTable>;
  /** Rows of the table of means, where the drawn points do not say them. */
  summary?: readonly SummaryRow[];
  /** The table for LaTeX, where it is not one of means. */
  tabular?: TextTable;
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
  /** The page says once, for all its panels, that step 0 cannot be shown on a log axis. */
  offAxisSaid?: boolean;
}

/** A chart with its title, menu (files, link, table), legend, and what it leaves out in words. */
export function ChartPanel(props: ChartPanelProps) {
  const {
    title,
    hint,
    controls,
    extraItems = [],
    measures = [],
    definition,
    facts,
    readTable,
    summary,
    tabular,
    total,
    notices = [],
    empty,
    footer,
    headingLevel = 3,
    sharedHidden,
    offAxisSaid = false,
    ...chart
  } = props;
  const [ownHidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [asTable, setAsTable] = useState(false);
  const alone = useContext(AloneContext);
  const isShared = sharedHidden !== undefined && alone === null;
  const hidden = (isShared && sharedHidden) || ownHidden;
  const series = useMemo(() => withHidden(chart.series, hidden), [chart.series, hidden]);
  const missing = useMemo(
    () => missingTexts(series, chart.x, chart.y, { total, offAxisSaid: isShared || offAxisSaid }),
    [series, chart.x, chart.y, total, isShared, offAxisSaid],
  );
  const said = [...missing, ...notices.filter((text) => text !== null)];
  const menu = useChartMenu({
    ...{ panelId: chart.panelId, asTable, onAsTable: setAsTable, measures, readTable },
    figure: () => ({
      ...{ kind: "chart", title, panelId: chart.panelId, x: chart.x, y: chart.y, series, notes: said, summary, tabular, facts },
      ...{ references: chart.references ?? [], wedges: chart.wedges ?? [], drops: chart.drops ?? [] },
      ...{ floor: chart.floor ?? null, smoothing: chart.smoothing ?? 0 },
    }),
  });
  const items = extraItems.length > 0 ? [...extraItems, "separator" as const, ...menu] : menu;
  const yLabel = chart.y.label;
  const defined = definition ?? metricOf(measures[0]);
  const Heading = headingLevel === 2 ? "h2" : "h3";
  return (
    <section
      id={`panel-${chart.panelId}`}
      aria-label={title}
      data-panel={chart.panelId}
      className={classes("min-w-0 scroll-mt-16 bg-surface", alone === null && "rounded-lg border border-line")}
    >
      <header className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 pt-1.5 pr-1.5 pl-4">
        <div className="flex min-w-0 flex-1 basis-0 flex-wrap items-baseline gap-x-3">
          <Heading className="font-semibold text-sm">
            <DefinitionLink anchor={alone === null ? defined : null} name={defined ? metricInfo[defined].label : undefined}>
              {title}
            </DefinitionLink>
          </Heading>
          {hint && <span className="min-w-0 text-ink-faint text-xs">{hint}</span>}
        </div>
        <div className="flex items-center gap-1.5 self-start">
          {props.onZoomOut && chart.x.range && (
            <button type="button" onClick={props.onZoomOut} className="rounded-sm px-1.5 text-accent text-xs hover:underline">
              reset zoom
            </button>
          )}
          {alone === null && <Menu label={`${title}: export and options`} items={items} />}
        </div>
        {controls && alone === null && (
          <div className="flex w-full flex-wrap items-center gap-x-3 gap-y-2 pr-2.5 pb-1">{controls}</div>
        )}
      </header>
      <div className="relative px-1 sm:px-2" data-chart-height={alone?.height}>
        {asTable ? (
          <ChartTable series={series.filter((one) => !one.hidden && !one.minor)} x={chart.x} yLabel={yLabel} title={title} />
        ) : (
          <XYChart
            {...chart}
            {...(alone && { height: alone.height, onPick: undefined })}
            series={series}
            description={describeChart(title, series, chart.x.label, yLabel)}
          />
        )}
        {empty && (
          <div className="pointer-events-none absolute inset-0 flex items-center justify-center px-16 pb-10 text-center text-ink-soft text-sm">
            {empty}
          </div>
        )}
      </div>
      <div className="space-y-1 px-4 pb-3">
        {!isShared && <ChartLegend series={chart.series} hidden={hidden} onToggle={(id) => setHidden(toggledIn(hidden, id))} />}
        {said.length > 0 && <p className="text-2xs text-ink-faint">{said.join(" · ")}</p>}
        {alone === null && footer}
      </div>
    </section>
  );
}

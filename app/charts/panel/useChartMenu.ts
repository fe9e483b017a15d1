"use client";
import type { RefObject } from "react";
import { copyText } from "../../ui/copyText.ts";
import type { MenuItem } from "../../ui/Menu.tsx";
import { useToast } from "../../ui/Toast.tsx";
import type { ChartSeries } from "../chartTypes.ts";
import { chartCsv } from "../export/chartCsv.ts";
import { useExportHead } from "../export/ExportFacts.ts";
import { fileName, pngOf, saveFile, svgOf } from "../export/exportPicture.ts";
import { pgfplots } from "../export/pgfplots.ts";
import type { XYChartProps } from "../XYChart.tsx";

interface MenuSource {
  title: string;
  /** What is measured, for the head of the CSV. */
  measure: string | null;
  /** As given, and as drawn: with the hidden ones marked. */
  chart: Pick<XYChartProps, "panelId" | "series" | "x" | "y" | "references" | "wedges">;
  shown: readonly ChartSeries[];
  /** What the chart does not show. */
  notes: readonly string[];
  box: RefObject<HTMLElement | null>;
  asTable: boolean;
  onAsTable: (asTable: boolean) => void;
  csvHref?: string;
  onCsv?: () => void;
}

/** Another view of a chart, a link to it, and its exports: PNG, SVG, CSV, pgfplots. */
export function useChartMenu(source: MenuSource): MenuItem[] {
  const { title, chart, box, asTable } = source;
  const toast = useToast();
  const csv = useCsvItem(source);
  const lines = source.shown.filter((one) => !one.minor && !one.hidden);
  const picture = () => {
    const svg = box.current?.querySelector<SVGSVGElement>("svg.recharts-surface");
    return svg ? svgOf(svg, title, lines) : null;
  };
  const savePng = () => {
    const drawn = picture();
    if (drawn === null) return;
    pngOf(drawn.text, drawn.width, drawn.height).then(
      (blob) => saveFile(fileName(title, "png"), blob),
      () => toast({ text: "The browser could not draw the picture; the SVG may still work.", tone: "bad" }),
    );
  };
  const saveSvg = () => {
    const drawn = picture();
    if (drawn !== null) saveFile(fileName(title, "svg"), drawn.text, "image/svg+xml");
  };
  const savePgfplots = () => {
    const { x, y, references = [], wedges = [] } = chart;
    const text = pgfplots({
      ...{ title, xLabel: x.label, yLabel: y.label, xKind: x.kind, yKind: y.kind },
      ...(x.categories ? { categories: x.categories } : {}),
      lines: lines.map((one) => ({ ...one, dash: one.style.dash })),
      references: references.filter((reference) => !reference.points && !reference.pieces),
      wedges,
      notes: [...source.notes],
    });
    saveFile(fileName(title, "tex"), text);
  };
  const copyLink = async () => {
    const address = new URL(window.location.href);
    address.hash = `panel-${chart.panelId}`;
    const done = await copyText(address.href);
    toast(done ? { text: "Link copied; it opens this view." } : { text: address.href });
  };
  return [
    { label: asTable ? "Show as chart" : "Show as table", icon: "list", onSelect: () => source.onAsTable(!asTable) },
    { label: "Copy link", icon: "link", onSelect: () => void copyLink() },
    "separator",
    { label: "PNG", icon: "download", disabled: asTable, onSelect: savePng },
    { label: "SVG", icon: "download", disabled: asTable, onSelect: saveSvg },
    csv,
    { label: "LaTeX (pgfplots)", icon: "download", onSelect: savePgfplots },
  ];
}

/** All stored points where there is a way to them, otherwise what is drawn. */
function useCsvItem({ title, measure, chart, csvHref, onCsv }: MenuSource): MenuItem {
  const exportHead = useExportHead();
  if (csvHref) return { label: "CSV (all points)", icon: "download", href: csvHref, download: true };
  if (onCsv) return { label: "CSV (all points)", icon: "download", onSelect: onCsv };
  const save = () => {
    const head = exportHead(`chart "${title}"`, measure === null ? [] : [["measure", measure]]);
    saveFile(fileName(title, "csv"), chartCsv(chart.series, chart.x, chart.y.label, head), "text/csv");
  };
  return { label: "CSV", icon: "download", onSelect: save };
}

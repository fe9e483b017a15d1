"use client";
import { useContext } from "react";
import type { MenuItem } from "../../ui/Menu.tsx";
import { useToast } from "../../ui/Toast.tsx";
import { ExportFactsContext } from "../export/ExportFacts.ts";
import { figureName, pngOf, saveFile } from "../export/exportPicture.ts";
import type { Figure, FigureTable, Look } from "../export/figure.ts";
import { figureFacts } from "../export/figureFacts.ts";
import { endings, figureSvg, figureText, type TextFormat } from "../export/figureFile.ts";
import { pngWithFacts } from "../export/pngText.ts";

export interface FigureToSave {
  /** As it is drawn now. */
  figure: () => Figure;
  /** Metrics of it, "train/nc1.ratio": their definitions stand in each file's head. */
  measures?: readonly string[];
  /** Reads all stored points, where the figure has a selection of them. */
  readTable?: () => Promise<FigureTable>;
}

const isDark = () =>
  getComputedStyle(document.documentElement).colorScheme === "dark" ||
  (getComputedStyle(document.documentElement).colorScheme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);

/** What a figure can be saved as, the same for every panel: pictures on white or on nothing, all its numbers, LaTeX, a Python script. */
export function useFigureItems({ figure, measures = [], readTable }: FigureToSave): MenuItem[] {
  const source = useContext(ExportFactsContext);
  const toast = useToast();
  const attempt = (work: () => Promise<void>) => () => {
    work().catch((problem: Error) => toast({ text: problem.message, tone: "bad" }));
  };
  const made = (drawn: Figure) => ({
    facts: figureFacts(source, drawn, measures),
    name: figureName(source.name, drawn.title),
  });
  const lookOn = (ground: Look["ground"]): Look => ({ ground, dark: isDark() });
  const picture = (ground: Look["ground"]) =>
    attempt(async () => {
      const drawn = figure();
      const { facts, name } = made(drawn);
      const { text, width, height } = figureSvg(drawn, facts, lookOn(ground));
      const png = pngWithFacts(await pngOf(text, width, height), drawn.title, facts);
      saveFile(`${name}.png`, new Blob([png], { type: "image/png" }));
    });
  const text = (format: TextFormat, ground: Look["ground"] = "white") =>
    attempt(async () => {
      const plain = figure();
      const wantsAll = format === "csv" || format === "json";
      const drawn = wantsAll && readTable ? { ...plain, table: await readTable() } : plain;
      const { facts, name } = made(drawn);
      const { ending, type } = endings[format];
      saveFile(`${name}.${ending}`, figureText(format, drawn, facts, name, lookOn(ground)), type);
    });
  return [
    { label: "PNG", icon: "download", onSelect: picture("white") },
    { label: "PNG, transparent", icon: "download", onSelect: picture("transparent") },
    { label: "SVG", icon: "download", onSelect: text("svg") },
    { label: "SVG, transparent", icon: "download", onSelect: text("svg", "transparent") },
    { label: "CSV (all points)", icon: "download", onSelect: text("csv") },
    { label: "JSON (all points)", icon: "download", onSelect: text("json") },
    { label: "LaTeX (pgfplots)", icon: "download", onSelect: text("pgfplots") },
    { label: "LaTeX (table of means)", icon: "download", onSelect: text("table") },
    { label: "Python (matplotlib)", icon: "download", onSelect: text("matplotlib") },
  ];
}

"use client";
import type { ExperimentDetail } from "../../../contract/wire/views.ts";
import { experimentArchive, experimentExport, experimentReport } from "../../links.ts";
import { useCopyStudy } from "../../studyFile/useCopyStudy.ts";
import { Menu } from "../../ui/Menu.tsx";

/** What can be downloaded and copied of an experiment, by its readers too. */
export function ExportMenu({ detail, share }: { detail: ExperimentDetail; share: string | null }) {
  const copy = useCopyStudy();
  const { id: experimentId, name, note, tags, priority, config } = detail;
  const study = { name, note, tags, priority, config };
  return (
    <Menu
      label="Export"
      icon="download"
      look="plain"
      small={false}
      testId="experiment-export"
      items={[
        {
          label: "CSV: one row per run, config and last values",
          icon: "download",
          href: experimentExport(experimentId, share, "csv"),
          download: true,
        },
        {
          label: "JSON: everything, to rerun",
          icon: "download",
          href: experimentExport(experimentId, share, "json"),
          download: true,
        },
        "separator",
        {
          label: "Report: one HTML file that needs no network",
          icon: "download",
          href: experimentReport(experimentId, share, false),
          download: true,
        },
        {
          label: "Report for blind review",
          icon: "download",
          href: experimentReport(experimentId, share, true),
          download: true,
        },
        "separator",
        {
          label: "Archive: whole, for another Collapsar",
          icon: "download",
          href: experimentArchive(experimentId, share),
          download: true,
        },
        {
          label: "Archive with features and checkpoints",
          icon: "download",
          href: experimentArchive(experimentId, share, "checkpoints,features"),
          download: true,
        },
        "separator",
        { label: "Copy as YAML: to launch it again", icon: "copy", onSelect: () => void copy(study, "yaml") },
        { label: "Copy as command", icon: "copy", onSelect: () => void copy(study, "command") },
      ]}
    />
  );
}

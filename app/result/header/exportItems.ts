import type { ExperimentKind } from "../../../contract/external/externalConfig.ts";
import { experimentArchive, experimentExport, experimentReport } from "../../links.ts";
import type { MenuItem } from "../../ui/Menu.tsx";

/** What can be downloaded of an experiment, by its readers too. */
export const exportItems = (experimentId: string, share: string | null, kind: ExperimentKind): MenuItem[] => [
  {
    label: "CSV: one row per run, config and last values",
    icon: "download",
    href: experimentExport(experimentId, share, "csv"),
    download: true,
  },
  {
    label: kind === "trained" ? "JSON: everything, to rerun" : "JSON: everything",
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
];

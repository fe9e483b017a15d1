import type { ExperimentKind } from "../../../contract/external/externalConfig.ts";
import { experimentArchive, experimentExport, experimentReport } from "../../links.ts";
import type { MenuItem } from "../../ui/Menu.tsx";

const item = (label: string, href: string): MenuItem => ({ label, icon: "download", href, download: true });

/** What can be downloaded of an experiment, by its readers too; files of the training are of what was trained here. */
export const exportItems = (id: string, share: string | null, kind: ExperimentKind): MenuItem[] => {
  const isTrained = kind === "trained";
  return [
    item("CSV: one row per run, config and last values", experimentExport(id, share, "csv")),
    item(isTrained ? "JSON: everything, to rerun" : "JSON: everything", experimentExport(id, share, "json")),
    "separator",
    item("Report: one HTML file that needs no network", experimentReport(id, share, false)),
    item("Report for blind review", experimentReport(id, share, true)),
    "separator",
    item("Archive: whole, for another Collapsar", experimentArchive(id, share)),
    ...(isTrained ? [item("Archive with features and checkpoints", experimentArchive(id, share, "checkpoints,features"))] : []),
  ];
};

import type { Right } from "../../contract/people.ts";
import type { ExperimentSummary } from "../../contract/wire/views.ts";
import { experimentExport, experimentPage, newFromExperiment } from "../links.ts";
import type { MenuItem } from "../ui/Menu.tsx";
import type { useExperimentActions } from "./useExperimentActions.ts";

/** Runs are being trained or wait for it. */
export const isActive = ({ status }: ExperimentSummary): boolean => status === "running" || status === "queued";
/** Runs of it are trained here: others can be neither ended nor repeated from here. */
const isTrainedHere = ({ kind }: ExperimentSummary): boolean => kind === "trained";
/** There are runs that can be cancelled. */
export const isOpen = (row: ExperimentSummary): boolean => isTrainedHere(row) && (isActive(row) || row.status === "paused");

export interface MenuContext {
  actions: ReturnType<typeof useExperimentActions>;
  may: (right: Right) => boolean;
  /** Goes to a page. */
  open: (address: string) => void;
  /** Asks first. */
  onDelete: (row: ExperimentSummary) => void;
}

/** What can be done with a deleted experiment. */
export const restoringItems = (row: ExperimentSummary, { actions, may }: MenuContext): MenuItem[] =>
  may("edit") ? [{ label: "Restore", icon: "again", onSelect: () => void actions.restore([row]) }] : [];

/** What the current person may do with an experiment. */
export function experimentItems(row: ExperimentSummary, context: MenuContext): MenuItem[] {
  const { may, open } = context;
  return [
    { label: "Open", icon: "right", onSelect: () => open(experimentPage(row.id)) },
    ...(may("launch") && isTrainedHere(row)
      ? [{ label: "Fork with changes", icon: "fork" as const, onSelect: () => open(newFromExperiment(row.id)) }]
      : []),
    { label: "Download CSV", icon: "download", href: experimentExport(row.id, null, "csv"), download: true },
    ...(may("edit") ? ["separator" as const, ...editingItems(row, context)] : []),
  ];
}

function editingItems(row: ExperimentSummary, { actions, onDelete }: MenuContext): MenuItem[] {
  return [
    ...(isTrainedHere(row) && isActive(row)
      ? [{ label: "Pause runs", icon: "pause" as const, onSelect: () => void actions.pause([row]) }]
      : []),
    ...(row.counts.paused > 0
      ? [{ label: "Resume runs", icon: "play" as const, onSelect: () => void actions.resume([row]) }]
      : []),
    ...(isOpen(row) ? [{ label: "Cancel runs", icon: "stop" as const, onSelect: () => void actions.cancel([row]) }] : []),
    {
      label: row.archived ? "Unarchive" : "Archive",
      icon: "archive",
      onSelect: () => void actions.setArchived([row], !row.archived),
    },
    { label: "Delete", icon: "trash", danger: true, onSelect: () => onDelete(row) },
  ];
}

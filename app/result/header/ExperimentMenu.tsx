"use client";
import { useRouter } from "next/navigation";
import type { ExperimentDetail } from "../../../contract/wire/views.ts";
import { newFromExperiment } from "../../links.ts";
import { useCommands } from "../../shell/Commands.tsx";
import { Menu, type MenuItem } from "../../ui/Menu.tsx";
import type { AvailableActions } from "./availableActions.ts";
import type { ExperimentDialog } from "./ExperimentDialogs.tsx";
import type { ExperimentActions } from "./useExperimentActions.ts";

interface ExperimentMenuProps {
  detail: ExperimentDetail;
  available: AvailableActions;
  actions: ExperimentActions;
  onDialog: (dialog: ExperimentDialog) => void;
}

/** All that can be done with an experiment: in a menu, and what is done often in the command palette too. */
export function ExperimentMenu({ detail, available, actions, onDialog }: ExperimentMenuProps) {
  const router = useRouter();
  const { id, readOnly } = detail;
  const { runMissing, pause, resume, cancel } = actions;

  useCommands(
    readOnly
      ? []
      : [
          { id: "share", label: "Share this experiment", icon: "link", run: () => onDialog("share") },
          { id: "notify", label: "Notify me of this experiment", icon: "bell", run: () => onDialog("notify") },
          { id: "add-depth", label: "Add depth", icon: "plus", run: () => onDialog("depth") },
          { id: "fork", label: "Fork this experiment", icon: "fork", run: () => router.push(newFromExperiment(id)) },
        ],
  );

  const ofRuns: MenuItem[] = [
    { label: "Share", icon: "link", onSelect: () => onDialog("share") },
    { label: "Notify me…", icon: "bell", onSelect: () => onDialog("notify") },
    { label: "Add depth", icon: "plus", onSelect: () => onDialog("depth") },
    { label: "Fork with changes", icon: "fork", href: newFromExperiment(id) },
    { label: "Run this again", icon: "again", onSelect: actions.runAgain },
    "separator",
    {
      label: "Run missing",
      icon: "again",
      disabled: available.missing === 0 || runMissing.isPending,
      onSelect: () => runMissing.mutate({ id }),
    },
    {
      label: "Pause all runs",
      icon: "pause",
      disabled: !available.pausable || pause.isPending,
      onSelect: () => pause.mutate({ id }),
    },
    {
      label: "Resume paused runs",
      icon: "play",
      disabled: !available.resumable || resume.isPending,
      onSelect: () => resume.mutate({ id }),
    },
    {
      label: "Cancel all runs",
      icon: "stop",
      disabled: available.open === 0 || cancel.isPending,
      onSelect: () => cancel.mutate({ id }),
    },
  ];
  const ofExperiment: MenuItem[] = [
    "separator",
    ...(detail.sample ? [] : [{ label: "Priority…", icon: "up" as const, onSelect: () => onDialog("priority") }]),
    {
      label: detail.archived ? "Unarchive" : "Archive",
      icon: "archive",
      onSelect: () => actions.archive(!detail.archived),
    },
    { label: "Delete…", icon: "trash", danger: true, onSelect: () => onDialog("delete") },
  ];
  return (
    <Menu
      label="Actions of the experiment"
      items={readOnly ? [] : [...ofRuns, ...ofExperiment]}
      small={false}
      look="plain"
      testId="experiment-actions"
    />
  );
}

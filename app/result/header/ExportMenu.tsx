"use client";
import type { ExperimentDetail } from "../../../contract/wire/views.ts";
import { useCopyStudy } from "../../studyFile/useCopyStudy.ts";
import { Menu } from "../../ui/Menu.tsx";
import { exportItems } from "./exportItems.ts";

/** What can be downloaded and copied of an experiment, by its readers too. */
export function ExportMenu({ detail, share }: { detail: ExperimentDetail; share: string | null }) {
  const copy = useCopyStudy();
  const { id, name, note, tags, priority, config } = detail;
  const study = { name, note, tags, priority, config };
  return (
    <Menu
      label="Export"
      icon="download"
      look="plain"
      small={false}
      testId="experiment-export"
      items={[
        ...exportItems(id, share, "trained"),
        "separator",
        { label: "Copy as YAML: to launch it again", icon: "copy", onSelect: () => void copy(study, "yaml") },
        { label: "Copy as command", icon: "copy", onSelect: () => void copy(study, "command") },
      ]}
    />
  );
}

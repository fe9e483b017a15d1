"use client";
import { featuresName, isResumeName, stepInName } from "../../../contract/wire/artefactNames.ts";
import { type AnyRunDetail, isExternalRun } from "../../../contract/wire/externalViews.ts";
import { useShareToken } from "../../data/ShareToken.ts";
import { runExport, runFile } from "../../links.ts";
import { formatBytes, formatCount } from "../../text/formatNumber.ts";
import { Menu, type MenuItem } from "../../ui/Menu.tsx";

/** Everything of a run that can be downloaded, with its size. */
export function RunExports({ detail }: { detail: AnyRunDetail }) {
  const share = useShareToken();
  const { id } = detail.row;
  const points = detail.series.reduce((sum, series) => sum + series.points, 0);
  const files = detail.files.map(
    ({ name, bytes }): MenuItem => ({
      label: `${fileLabel(name)} (${formatBytes(bytes)})`,
      icon: "download",
      href: runFile(id, share, name),
      download: true,
    }),
  );
  return (
    <Menu
      label="Export"
      icon="download"
      look="plain"
      small={false}
      testId="run-export"
      items={[
        { label: `CSV (${formatCount(points)} points)`, icon: "download", href: runExport(id, share, "csv"), download: true },
        {
          label: isExternalRun(detail) ? "JSON: everything" : "JSON: everything, to rerun",
          icon: "download",
          href: runExport(id, share, "json"),
          download: true,
        },
        ...(files.length > 0 ? (["separator", ...files] as const) : []),
      ]}
    >
      Export
    </Menu>
  );
}

function fileLabel(name: string): string {
  if (name === featuresName) return "W, class means and features, safetensors";
  const step = `step ${formatCount(stepInName(name))}`;
  return isResumeName(name) ? `Checkpoint so far, ${step}` : `Checkpoint of ${step}`;
}

import type { StorageView } from "../../../contract/wire/views.ts";
import { formatBytes } from "../../text/formatNumber.ts";

/** What the tables hold that grow with what is trained; others go by their own name. */
const holds: Record<string, string> = {
  series_chunks: "Measurements",
  geometry_snapshots: "Pictures of the geometry",
  log_lines: "Log lines",
  runs: "Runs",
  attempts: "Attempts",
  experiments: "Studies",
  checkpoints: "List of checkpoints",
  run_files: "List of files of runs",
  workers: "Workers",
  job_common: "Queue",
  relayed_frames: "Messages between servers",
};

export const tableTitle = (name: string): string => holds[name] ?? name;

/** "database 12.4 MB, its log 33.6 MB, files of runs 1.2 GB" */
export const storageSummary = ({ bytes, logBytes, fileBytes }: StorageView): string =>
  [
    `database ${formatBytes(bytes)}`,
    ...(logBytes === null ? [] : [`its log ${formatBytes(logBytes)}`]),
    `files of runs ${formatBytes(fileBytes)}`,
  ].join(", ");

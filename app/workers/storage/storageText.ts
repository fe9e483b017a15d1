import type { StorageView } from "../../../contract/wire/views.ts";
import { formatBytes } from "../../text/formatNumber.ts";

/** What the tables hold; one of another program's goes by its own name. */
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
  queue: "Queue",
  worker_tokens: "Workers’ tokens",
  turns: "Turns of those who launch",
  shares: "Links that share studies",
  artefact_store: "Place of the files of runs",
  launchers: "Launchers of workers",
  launched_jobs: "Jobs that launchers ordered",
  servers: "Servers",
  installation: "Name of this installation",
  relayed_frames: "Messages between servers",
  members: "Members",
  sessions: "Sign-ins that are open",
  accounts: "Members’ ways to sign in",
  api_tokens: "API tokens",
  invitations: "Invitations",
  notification_hooks: "Webhooks",
  notifications: "Notifications, sent and waiting",
  entry_codes: "Links that sign in once",
  kept_answers: "Answers to repeated requests",
  sign_in_misses: "Failed sign-ins",
  __drizzle_migrations: "Changes of the tables themselves",
};

export const tableTitle = (name: string): string => holds[name] ?? name;

/** "database 12.4 MB, its log 33.6 MB, files of runs 1.2 GB" */
export const storageSummary = ({ bytes, logBytes, fileBytes }: StorageView): string =>
  [
    `database ${formatBytes(bytes)}`,
    ...(logBytes === null ? [] : [`its log ${formatBytes(logBytes)}`]),
    `files of runs ${formatBytes(fileBytes)}`,
  ].join(", ");

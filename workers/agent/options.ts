import { hostname } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type DeviceChoice, deviceChoices } from "../../contract/config/runConfig.ts";
import { Failure } from "../../contract/failure.ts";
import { isVisible, storableText } from "../../contract/wireText.ts";
import type { WorkerEnvironment } from "../env.ts";

export interface AgentOptions {
  /** Origin of the server, e.g. http://127.0.0.1:4040 */
  server: string;
  token: string;
  /** Runs at the same time, one process each; null: as the devices allow. */
  slots: number | null;
  dataDir: string;
  datasetsDir: string | null;
  device: DeviceChoice;
  name: string;
  /** Started by a server on the same machine: goes away by itself when that server has gone for good. */
  local: boolean;
  /** Keeps the events of ended attempts as a ledger of what was sent, `<spool>.sent`. */
  keepSpool: boolean;
  /** Checkpoints of an ended run that are sent to the server, the newest first; 0: none. */
  keepCheckpoints: number;
  /** A run's process that does nothing at all for so long, ms, is stopped, and the run resumes from its checkpoint. */
  stallMs: number;
  /** See ledger.ts; null: none is kept. */
  ledger: string | null;
}

export const usage = `Usage: npm run worker -- --server URL --token TOKEN [--slots N] [--data DIR] [--device ${deviceChoices.join("|")}] [--name NAME]

  --server URL    where Collapsar runs, e.g. https://studies.example.org:4040
  --token TOKEN   from the "Workers" page; or in the environment as COLLAPSAR_WORKER_TOKEN, where other users cannot read it
  --slots N       runs at the same time (default: one per processor core, or one per graphics card)
  --data DIR      folder for the spool, the checkpoints and downloaded data sets (default: .collapsar)
  --device        what to compute on (default: auto, the best available)
  --name NAME     shown on the "Workers" page (default: the host's name)
  --keep-checkpoints N
                  newest checkpoints of an ended run that the server keeps (default: 1; 0: none)
  --keep-spool    keep the events of ended runs on disk`;

/** @throws Failure INVALID naming the flag, its value and what it may be */
export function parseOptions(args: string[], environment: WorkerEnvironment): AgentOptions {
  const flags = parseFlags(args);
  const slots = flags.slots ?? environment.slots;
  const token = flags.token ?? environment.token;
  if (!flags.server)
    throw new Failure("INVALID", "--server is missing: the address of the Collapsar server, e.g. http://127.0.0.1:4040");
  if (!token)
    throw new Failure(
      "INVALID",
      "--token is missing: create one on the Workers page (or set COLLAPSAR_WORKER_TOKEN in the environment)",
    );
  return {
    server: serverOrigin(flags.server),
    token,
    slots: slots === null ? null : wholeNumber("--slots", slots, 1, 256),
    dataDir: flags.data ? resolve(flags.data) : environment.dataDir,
    datasetsDir: environment.datasetsDir,
    device: deviceChoice(flags.device ?? "auto"),
    name: nameOf(flags.name),
    local: flags.local ?? false,
    keepCheckpoints: wholeNumber("--keep-checkpoints", flags["keep-checkpoints"] ?? environment.keepCheckpoints ?? "1", 0, 20),
    keepSpool: flags["keep-spool"] ?? false,
    stallMs: wholeNumber("COLLAPSAR_STALL_MS", environment.stallMs ?? "30000", 500, 86_400_000),
    ledger: environment.ledger,
  };
}

function parseFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      strict: true,
      allowPositionals: false,
      options: {
        server: { type: "string" },
        token: { type: "string" },
        slots: { type: "string" },
        data: { type: "string" },
        device: { type: "string" },
        name: { type: "string" },
        local: { type: "boolean" },
        "keep-checkpoints": { type: "string" },
        "keep-spool": { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new Failure("INVALID", (error as Error).message);
  }
}

const nameLength = 80;

function nameOf(given: string | undefined): string {
  const name = given?.trim() ?? "";
  if (name !== "" && !isVisible(name))
    throw new Failure("INVALID", "--name has no visible characters: give the worker a name with letters or digits");
  return storableText(name || hostname(), nameLength);
}

function serverOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new Failure("INVALID", `--server is "${text}": it must be an address that begins with http:// or https://`);
  return url.origin;
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new Failure("INVALID", `${flag} is "${text}": it must be a whole number from ${min} to ${max}`);
  return value;
}

function deviceChoice(text: string): DeviceChoice {
  const choice = deviceChoices.find((known) => known === text);
  if (!choice) throw new Failure("INVALID", `--device is "${text}": it must be one of ${deviceChoices.join(", ")}`);
  return choice;
}

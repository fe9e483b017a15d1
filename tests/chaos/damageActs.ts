import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type Act, after, type Done, nothing, workerAt } from "./act.ts";
import { at } from "./random.ts";

/** Files that are not what they were. */

const manners = ["bytes", "cut", "empty", "folder"] as const;

function damage(path: string, manner: (typeof manners)[number]): void {
  const { size } = statSync(path);
  if (manner === "cut") truncateSync(path, Math.floor(size / 2));
  if (manner === "empty") writeFileSync(path, "");
  if (manner === "folder") {
    rmSync(path);
    mkdirSync(path);
  }
  if (manner !== "bytes") return;
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(Math.min(8, size), 0x1a), 0, Math.min(8, size), Math.max(0, Math.floor(size / 2) - 4));
  closeSync(file);
}

const filesIn = (folder: string, ending: RegExp): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => ending.test(name))
        .map((name) => join(folder, name))
        .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
        .sort()
    : [];

function strike(folder: string, ending: RegExp, which: number, how: number): string | null {
  const file = at(filesIn(folder, ending), which);
  const manner = at(manners, how)!;
  if (file === undefined) return null;
  try {
    damage(file, manner);
  } catch {
    return null; // it has gone meanwhile
  }
  return `${file.slice(folder.length + 1)}: ${manner}`;
}

/** The worker is killed first: a file changes under a program that is not there. */
async function strikeDown(world: Parameters<Act["do"]>[0], who: number, hit: (folder: string) => string | null): Promise<Done> {
  const { program, folder } = workerAt(world, who);
  const runs = program.descendants;
  if (program.pid === null) return nothing;
  await program.down("SIGKILL");
  for (const pid of runs)
    try {
      process.kill(pid, "SIGKILL");
    } catch {}
  const text = hit(join(folder, "worker"));
  return { text: `${program.name} killed, ${text ?? "no such file"}`, over: after(0.5, () => program.start()) };
}

export const damageActs: Act[] = [
  {
    name: "checkpoint damaged, and its run killed",
    weight: 2,
    async do(world, [who, which, how]) {
      const { program, folder } = workerAt(world, who);
      const text = strike(join(folder, "worker", "checkpoints"), /\.ckpt$/, which, how);
      if (text === null) return nothing;
      for (const pid of program.descendants)
        try {
          process.kill(pid, "SIGKILL");
        } catch {}
      return { text: `${program.name}, ${text}` };
    },
  },
  {
    name: "spool's state damaged",
    weight: 1,
    do: (world, [who, which, how]) => strikeDown(world, who, (folder) => strike(join(folder, "spool"), /\.json$/, which, how)),
  },
  {
    name: "spool damaged",
    weight: 1,
    do: (world, [who, which, how]) => strikeDown(world, who, (folder) => strike(join(folder, "spool"), /\.jsonl$/, which, how)),
  },
  {
    name: "checkpoint damaged while its worker is away",
    weight: 1,
    do: (world, [who, which, how]) =>
      strikeDown(world, who, (folder) => strike(join(folder, "checkpoints"), /\.ckpt$/, which, how)),
  },
];

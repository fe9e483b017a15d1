import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const script = `#!/bin/sh
here=$(dirname "$0")
echo $$ >> "$here/calls"
[ -f "$here/hang" ] && exec sleep 600
[ -f "$here/code" ] && exit "$(cat "$here/code")"
[ -f "$here/orphan" ] && { sleep 2 & }
[ "$1" = "-L" ] && exec cat "$here/parts"
exec cat "$here/answer"
`;

/** A program named nvidia-smi, in a folder of its own that is to be put first on the PATH. */
export class FakeNvidiaSmi {
  readonly folder = mkdtempSync(join(tmpdir(), "collapsar-smi-"));

  constructor(answer: string) {
    writeFileSync(join(this.folder, "nvidia-smi"), script);
    chmodSync(join(this.folder, "nvidia-smi"), 0o755);
    this.answers(answer);
  }

  get path(): string {
    return `${this.folder}:${process.env.PATH}`;
  }

  /** Prints this from now on; `parts` is what it prints for -L. */
  answers(answer: string, parts = ""): void {
    for (const file of ["hang", "code"]) rmSync(join(this.folder, file), { force: true });
    writeFileSync(join(this.folder, "answer"), answer);
    writeFileSync(join(this.folder, "parts"), parts);
  }

  hangs(): void {
    writeFileSync(join(this.folder, "hang"), "");
  }

  /** Leaves a process behind that holds its output open. */
  leavesOrphans(): void {
    writeFileSync(join(this.folder, "orphan"), "");
  }

  fails(code: number): void {
    writeFileSync(join(this.folder, "code"), String(code));
  }

  /** The process of each call so far. */
  get calls(): number[] {
    const file = join(this.folder, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface FakeGpu {
  bus?: string;
  uuid?: string;
  name?: string;
  totalMiB?: string | number;
  usedMiB?: string | number;
  percent?: string | number;
  mig?: string;
}

/** What nvidia-smi prints of GPUs; what is left out is that of the n-th of equal ones. */
export const smiLines = (gpus: FakeGpu[]): string =>
  gpus
    .map(({ bus, uuid, name, totalMiB = 81_559, usedMiB = 0, percent = 0, mig = "Disabled" }, i) =>
      [
        bus ?? `00000000:${(0x17 + i).toString(16)}:00.0`,
        uuid ?? `GPU-${i}${i}${i}`,
        name ?? "NVIDIA H100 80GB HBM3",
        totalMiB,
        usedMiB,
        percent,
        mig,
      ].join(", "),
    )
    .join("\n");

/** A GPU as Linux lists it, below `root`. */
export function addSystemGpu(root: string, card: string, files: Record<string, string>): void {
  const folder = join(root, "sys/class/drm", card, "device");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), `${text}\n`);
}

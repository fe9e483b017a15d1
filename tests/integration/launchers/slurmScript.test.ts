import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { exampleJob, type SlurmJob, slurmJob } from "../../../contract/slurm/slurmJob.ts";
import { type SlurmScript, slurmScript, tokenLine } from "../../../contract/slurm/slurmScript.ts";

const gpuJob: SlurmJob = {
  ...exampleJob,
  partition: "gpu,long",
  account: "collapse",
  gpuType: "a100",
  extra: "--qos=high --exclusive",
};
const order: SlurmScript = { job: gpuJob, server: "https://studies.example.org", tasks: 8, jobName: "collapsar", logs: null };
const cpuJob: SlurmJob = {
  ...{ partition: "", account: "", minutes: 1_500, device: "cpu", gpuType: "", cpus: 2, memoryGb: 4 },
  ...{
    folder: "/opt/collapsar",
    tokenFile: "/srv/shared/token",
    scratch: "/scratch",
    datasets: "/data",
    idleMinutes: 1,
    extra: "",
  },
};

const folder = mkdtempSync(join(tmpdir(), "collapsar-script-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the batch script", () => {
  test("asks for one card a task, and says what Slurm is to do near the end", () => {
    expect(slurmScript(order).split("\n").slice(0, 19)).toEqual([
      "#!/bin/bash",
      "#SBATCH --job-name=collapsar",
      "#SBATCH --array=1-8",
      "#SBATCH --partition=gpu,long",
      "#SBATCH --account=collapse",
      "#SBATCH --time=04:00:00",
      "#SBATCH --nodes=1",
      "#SBATCH --ntasks=1",
      "#SBATCH --cpus-per-task=4",
      "#SBATCH --mem=16G",
      "#SBATCH --gres=gpu:a100:1",
      "#SBATCH --requeue",
      "#SBATCH --signal=B:USR1@120",
      "#SBATCH --open-mode=append",
      "#SBATCH --output=collapsar-%A_%a.log",
      "#SBATCH --qos=high",
      "#SBATCH --exclusive",
      "",
      "# Each task is one worker of Collapsar: it takes runs for as long as there are any, and ends by itself.",
    ]);
  });

  test("starts one ephemeral worker, with its token in a file", () => {
    const text = slurmScript(order);
    expect(text).toContain(
      [
        "  exec node_modules/node/bin/node workers/main.ts \\",
        "    --server 'https://studies.example.org' \\",
        '    --token-file "$HOME/.collapsar/worker-token" \\',
        '    --name "$name" \\',
        "    --device auto --slots 1 \\",
        "    --ephemeral \\",
        "    --until-idle 5m --minutes 230 --unfinished-code 4",
      ].join("\n"),
    );
    expect(text).toContain('cd "$HOME/collapsar" || exit 1');
  });

  test("asks for no card where the processor is to compute, and for a slot a core", () => {
    const text = slurmScript({ ...order, job: cpuJob, logs: "/srv/logs", jobName: "collapsar-a1" });
    expect(text).not.toContain("gres");
    expect(text).toContain("#SBATCH --time=1-01:00:00\n");
    expect(text).toContain("#SBATCH --output=/srv/logs/collapsar-a1-%A_%a.log\n");
    expect(text).toContain(
      '--device cpu --slots 2 \\\n    --ephemeral --scratch "/scratch" \\\n    --until-idle 1m --minutes 1490 --unfinished-code 4',
    );
    expect(text).toContain('export COLLAPSAR_DATASETS_DIR="/data"\n');
  });

  test.each([
    [5, 2],
    [20, 17],
    [60, 57],
    [240, 230],
    [2_880, 2_870],
  ])("a worker of %i minutes plans for %i", (minutes, planned) => {
    expect(slurmScript({ ...order, job: { ...gpuJob, minutes } })).toContain(`--minutes ${planned} --`);
  });

  test("is a script that bash can read", () => {
    for (const job of [gpuJob, cpuJob]) {
      const { status, stderr } = spawnSync("bash", ["-n"], { input: slurmScript({ ...order, job }), encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    }
  });
});

describe("what no field may hold", () => {
  const evil = [
    "gpu\n#SBATCH --uid=0",
    "gpu;reboot",
    "gpu$(reboot)",
    "gpu`reboot`",
    "gpu'x",
    'gpu"x',
    "gpu x",
    "gpu\\",
    "gpu>x",
    "gpu\0",
  ];
  const names = ["partition", "account", "gpuType"] as const;
  const paths = ["folder", "tokenFile", "scratch", "datasets"] as const;

  test.each([
    ...names.flatMap((field) => [...evil, "-x", "gpu|x", "gpu&x"].map((text) => [field, text] as const)),
    ...paths.flatMap((field) => [...evil, "|x", "$HOME"].map((text) => [field, `/${text}`] as const)),
    ...paths.flatMap((field) => ["relative/x", "~root/x", "$HOME/x"].map((text) => [field, text] as const)),
    ...[...evil, "x;", "#"].map((text) => ["extra", `--qos=${text}`] as const),
  ])("%s: %j", (field, text) => {
    expect(slurmJob.safeParse({ ...gpuJob, [field]: text }).success).toBe(false);
    expect(() => slurmScript({ ...order, job: { ...gpuJob, [field]: text } })).toThrow();
  });

  test.each([
    "--wrap=x",
    "--output=/etc/x",
    "--uid=0",
    "--array=1-1000000",
    "--arr=1-1000000",
    "--wra=x",
    "--outp=/etc/x",
    "--export=ALL",
    "--gres=gpu:8",
    "--chdir=/",
    "-p x",
    "x",
  ])("an option: %s", (extra) => {
    expect(slurmJob.safeParse({ ...gpuJob, extra }).success).toBe(false);
  });

  test("numbers out of their bounds", () => {
    for (const wrong of [{ minutes: 4 }, { minutes: 50_000 }, { cpus: 0 }, { cpus: 1.5 }, { memoryGb: 0 }, { idleMinutes: 0 }])
      expect(slurmJob.safeParse({ ...gpuJob, ...wrong }).success).toBe(false);
    for (const tasks of [0, -1, 1.5, 100_000]) expect(() => slurmScript({ ...order, tasks })).toThrow();
  });

  test("an address, a name or a folder that is more than that", () => {
    for (const wrong of [
      { server: "ftp://x" },
      { server: "http://x'y" },
      { jobName: "a b" },
      { logs: "/a b" },
      { logs: "relative" },
    ])
      expect(() => slurmScript({ ...order, ...wrong })).toThrow();
  });

  test("whatever the texts are, the script has its own lines and no others", () => {
    const isOwn = (line: string) => !line.startsWith("#SBATCH ") && !line.startsWith("cd ");
    const plain = slurmScript({ ...order, job: cpuJob }).split("\n");
    const some = fc.record({
      partition: fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.stringMatching(/^[\w.@:+,/-]{1,20}$/)),
      account: fc.oneof(fc.string(), fc.stringMatching(/^[\w.@:+,/-]{1,20}$/)),
      folder: fc.oneof(fc.string(), fc.stringMatching(/^\/[\w.@+,/-]{1,30}$/)),
      extra: fc.oneof(fc.string(), fc.stringMatching(/^--[a-z]{3,9}=[\w.]{1,9}$/)),
    });
    fc.assert(
      fc.property(some, (texts) => {
        const parsed = slurmJob.safeParse({ ...cpuJob, ...texts });
        fc.pre(parsed.success);
        const { partition, account, extra } = parsed.data!;
        const lines = slurmScript({ ...order, job: parsed.data! }).split("\n");
        expect(lines.filter(isOwn)).toEqual(plain.filter(isOwn));
        const more = [partition, account, ...extra.split(" ")].filter((text) => text !== "").length;
        expect(lines).toHaveLength(plain.length + more);
      }),
      { numRuns: 300 },
    );
  });
});

describe("in bash", () => {
  /** The program's folder with a shell script in the place of node, and an scontrol that notes what it is called with. */
  function install(worker: string): { run: () => ReturnType<typeof spawn>; said: () => string; requeued: () => boolean } {
    const place = mkdtempSync(join(folder, "install-"));
    const node = join(place, "program/node_modules/node/bin/node");
    mkdirSync(join(node, ".."), { recursive: true });
    writeFileSync(node, `#!/bin/bash\n${worker}`);
    writeFileSync(join(place, "scontrol"), `#!/bin/bash\necho "$*" > '${place}/requeued'\n`);
    for (const file of [node, join(place, "scontrol")]) chmodSync(file, 0o755);
    const text = slurmScript({ ...order, job: { ...cpuJob, folder: join(place, "program"), datasets: "" } });
    writeFileSync(join(place, "job.sh"), text);
    const env = {
      NODE_ENV: "test" as const,
      PATH: `${place}:${process.env.PATH}`,
      SLURM_JOB_ID: "12",
      SLURM_ARRAY_JOB_ID: "9",
      SLURM_ARRAY_TASK_ID: "3",
    };
    const said = join(place, "said");
    return {
      run: () =>
        spawn("bash", [join(place, "job.sh")], { env: { ...env, SAID: said, CUDA_VISIBLE_DEVICES: "5" }, stdio: "ignore" }),
      said: () => (existsSync(said) ? readFileSync(said, "utf8") : ""),
      requeued: () => existsSync(join(place, "requeued")) && readFileSync(join(place, "requeued"), "utf8") === "requeue 12\n",
    };
  }
  const ended = (child: ReturnType<typeof spawn>) => new Promise<number | null>((resolve) => child.once("exit", resolve));
  /** Says what it hears, and ends a while after it was asked to, as a worker does that makes checkpoints first. */
  const patient = (code: number) =>
    `trap 'echo usr1 >> "$SAID"; sleep 0.3; exit ${code}' USR1\ntrap 'echo term >> "$SAID"; sleep 0.3; exit ${code}' TERM\necho up >> "$SAID"\nwhile :; do sleep 0.05; done\n`;

  test("the worker is called by its job, and keeps the card that Slurm gave", async () => {
    const job = install('printf "%s " "$CUDA_VISIBLE_DEVICES" "$@" > "$SAID"\nexit 0\n');
    expect(await ended(job.run())).toBe(0);
    expect(job.said()).toBe(
      "5 workers/main.ts --server https://studies.example.org --token-file /srv/shared/token --name slurm-9_3 --device cpu --slots 2 --ephemeral --scratch /scratch --until-idle 1m --minutes 1490 --unfinished-code 4 ",
    );
    expect(job.requeued()).toBe(false);
  });

  test.each([
    ["USR1", 4, true, 0],
    ["USR1", 0, false, 0],
    ["TERM", 0, false, 0],
    ["TERM", 4, true, 0],
    ["USR1", 1, false, 1],
  ] as const)(
    "%s is handed on, the end with code %i is waited for, and it is queued again: %s",
    async (signal, code, again, exit) => {
      const job = install(patient(code));
      const child = job.run();
      await expect.poll(job.said, { timeout: 20_000 }).toBe("up\n");
      child.kill(`SIG${signal}`);
      expect(await ended(child)).toBe(exit);
      expect(job.said()).toBe(`up\n${signal.toLowerCase()}\n`);
      expect(job.requeued()).toBe(again);
    },
  );

  test("a program's folder that is not there ends the job", async () => {
    const job = install("exit 0\n");
    const missing = slurmScript({ ...order, job: { ...cpuJob, folder: join(folder, "nowhere") } });
    expect(spawnSync("bash", [], { input: missing }).status).toBe(1);
    expect(job.said()).toBe("");
  });

  test("the token's line writes a file for its owner alone, also over one that others could read", () => {
    const file = join(folder, "keys/worker-token");
    mkdirSync(join(folder, "keys"));
    writeFileSync(file, "old", { mode: 0o644 });
    expect(spawnSync("bash", ["-c", tokenLine("a-Secret_1", file)]).status).toBe(0);
    expect(readFileSync(file, "utf8")).toBe("a-Secret_1\n");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(() => tokenLine("x'; reboot", file)).toThrow();
    expect(tokenLine("T", "~/.collapsar/worker-token")).toBe(
      `mkdir -p -m 700 "$HOME/.collapsar" && install -m 600 /dev/stdin "$HOME/.collapsar/worker-token" <<< 'T'`,
    );
  });
});

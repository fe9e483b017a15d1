import { expect, test } from "vitest";
import type { ColumnChoice } from "../../../../contract/wire/imports.ts";
import { readWandb, wandbKind } from "../../../../server/services/imports/kinds/wandbKind.ts";
import { fileOf, messagesOf, runsOf } from "./importFiles.ts";

const read = (files: Record<string, string>, columns?: ColumnChoice[]) =>
  readWandb({
    files: Object.entries(files).map(([name, content]) => fileOf(name, content)),
    choices: columns ? { columns } : {},
  });

const table = [
  '"Name","State","Notes","User","Tags","Created","Runtime","Sweep","config_depth","config_optimizer.value.lr","config_seed","config__wandb.value.cli","summary_nc1","summary_loss","summary__step","summary__runtime"',
  '"fine-sun-3","finished","","ada","","2024-05-01T10:00:00.000Z","120","","18","0.1","0","0.16","0.25","0.5","200","119"',
  '"dry-sea-4","crashed","-","ada","a,b","2024-05-01T11:00:00.000Z","80","","34","0.1","1","0.16","NaN","","150","79"',
].join("\n");

test("a table of runs: config columns are axes, summary columns the last value of a metric", async () => {
  const { draft, columns } = await read({ "wandb_export.csv": table });
  expect(columns?.map(({ column, role, as }) => [column, role, as])).toEqual([
    ["Name", "run", null],
    ...["State", "Notes", "User", "Tags", "Created", "Runtime", "Sweep"].map((name) => [name, "ignore", null]),
    ["config_depth", "axis", "depth"],
    ["config_optimizer.value.lr", "axis", "optimizer.value.lr"],
    ["config_seed", "seed", null],
    ["config__wandb.value.cli", "ignore", null],
    ["summary_nc1", "metric", "nc1"],
    ["summary_loss", "metric", "loss"],
    ["summary__step", "step", null],
    ["summary__runtime", "ignore", null],
  ]);
  expect(runsOf(draft)).toEqual([
    {
      name: "fine-sun-3",
      values: { depth: 18, "optimizer.value.lr": 0.1, seed: 0 },
      series: { "log/nc1": [[200, 0.25]], "log/loss": [[200, 0.5]] },
    },
    { name: "dry-sea-4", values: { depth: 34, "optimizer.value.lr": 0.1, seed: 1 }, series: {}, status: "failed" },
  ]);
  expect(messagesOf(draft)).toEqual([
    "warning: Values that are NaN or infinite: 1 (the first: “NaN” in wandb_export.csv, line 3, column “summary_nc1”). They become gaps.",
  ]);
});

const panel = [
  '"Step","fine-sun-3 - train/nc1","fine-sun-3 - train/nc1__MIN","fine-sun-3 - train/nc1__MAX","a - b - train/nc1","a - b - train/nc1__MIN","a - b - train/nc1__MAX"',
  '"0","1.5","1.5","1.5","2","2","2"',
  '"10","0.75","0.5","1","","",""',
  '"20","","","","1.25","1.25","1.25"',
].join("\n");

test("a panel: a column for each run, without the bounds of what was thinned; names may have the separator in them", async () => {
  const { draft, columns } = await read({ "panel.csv": panel });
  expect(columns).toBeNull();
  expect(runsOf(draft)).toEqual([
    {
      name: "fine-sun-3",
      values: { run: "fine-sun-3" },
      series: {
        "log/train/nc1": [
          [0, 1.5],
          [10, 0.75],
        ],
      },
    },
    {
      name: "a - b",
      values: { run: "a - b" },
      series: {
        "log/train/nc1": [
          [0, 2],
          [20, 1.25],
        ],
      },
    },
  ]);
  expect(messagesOf(draft)).toEqual([]);
});

test("a panel over another axis has its steps beside it, or is refused with the way out", async () => {
  const header = '"Relative Time (Process)","r - _step","r - _step__MIN","r - _step__MAX","r - loss"';
  const found = await read({ "p.csv": `${header}\n0.5,7,7,7,1\n1.25,9,9,9,0.5` });
  expect(runsOf(found.draft)).toEqual([
    {
      name: "r",
      values: { run: "r" },
      series: {
        "log/loss": [
          [7, 1],
          [9, 0.5],
        ],
      },
    },
  ]);
  const without = await read({ "p.csv": '"Relative Time (Process)","r - loss"\n0,2\n0.5,1\n' });
  runsOf(without.draft);
  expect(messagesOf(without.draft)).toEqual([
    "error: p.csv, line 3: a step must be a whole number from 0 to 1,000,000,000, but “Relative Time (Process)” is “0.5”. Export the panel with “Step” on its x axis.",
  ]);
});

test("a table and panels of the same runs are one: the course takes the place of the last value", async () => {
  const losses = '"Step","fine-sun-3 - loss","dry-sea-4 - loss"\n0,2,3\n250,0.75,2.5\n';
  const { draft } = await read({ "t.csv": table.replaceAll("summary__step", "summary_steps"), "p.csv": losses });
  expect(runsOf(draft)).toEqual([
    {
      name: "fine-sun-3",
      values: { depth: 18, "optimizer.value.lr": 0.1, seed: 0 },
      // The single numbers belong to the end of the run.
      series: {
        "log/loss": [
          [0, 2],
          [250, 0.75],
        ],
        "log/nc1": [[250, 0.25]],
        "log/steps": [[250, 200]],
      },
    },
    {
      name: "dry-sea-4",
      values: { depth: 34, "optimizer.value.lr": 0.1, seed: 1 },
      series: {
        "log/loss": [
          [0, 3],
          [250, 2.5],
        ],
        "log/steps": [[250, 150]],
      },
      status: "failed",
    },
  ]);
});

test("a history: one run, called like its file", async () => {
  const { draft } = await read({
    "exports/fine-sun-3.csv": ",_step,_runtime,_timestamp,loss,note\n0,0,1.5,1714550000.1,2,\n1,5,2.5,1714550001.1,1,stopped\n",
  });
  expect(runsOf(draft)).toEqual([
    {
      name: "fine-sun-3",
      values: { run: "fine-sun-3" },
      series: {
        "log/loss": [
          [0, 2],
          [5, 1],
        ],
      },
    },
  ]);
  expect(messagesOf(draft)).toEqual([
    "warning: exports/fine-sun-3.csv, line 3: “stopped” is no number: the column “note” is left out from there on.",
  ]);
});

test("what is called like a measured series is one only where a person says so", async () => {
  const own = "Name,config_lr,summary_train/loss\na,0.1,1\n";
  const keysOf = async (columns?: ColumnChoice[]) => Object.keys(runsOf((await read({ "t.csv": own }, columns)).draft)[0].series);
  expect(await keysOf()).toEqual(["log/train/loss"]);
  expect(await keysOf([{ column: "summary_train/loss", role: "metric" }])).toEqual(["log/train/loss"]);
  expect(await keysOf([{ column: "summary_train/loss", role: "metric", as: "train/loss" }])).toEqual(["train/loss"]);
  expect(await keysOf([{ column: "summary_train/loss", role: "metric", as: "log/train/loss" }])).toEqual(["log/train/loss"]);
});

test("runs of the same name stay two, also where they are alike in everything", async () => {
  const { draft } = await read({ "t.csv": "Name,config_lr,summary_loss\na,0.1,1\na,0.1,1\na,0.2,1\n" });
  expect(runsOf(draft).map(({ name, values }) => [name, values])).toEqual([
    ["a", { run: "a", lr: 0.1 }],
    ["a", { run: "a", lr: 0.1 }],
    ["a", { run: "a", lr: 0.2 }],
  ]);
});

test("is told from other tables by its columns", async () => {
  const fitOf = (content: string, name = "x.csv") => wandbKind.detect([fileOf(name, content)]);
  for (const own of [table, panel, "Name,State,Runtime,lr,loss\na,finished,1,0.1,2\n", "_step,_runtime,loss\n0,1,2\n"])
    expect(await fitOf(own)).toBe("sure");
  for (const other of ["name,lr,loss\na,0.1,2\n", "step,loss\n0,1\n", "a,b\n1,2,3\n", "\0"])
    expect(await fitOf(other)).toBe("no");
  expect(await fitOf(table, "x.zip")).toBe("no");
});

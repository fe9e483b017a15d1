import { describe, expect, test } from "vitest";
import type { ColumnChoice } from "../../../../contract/wire/imports.ts";
import { readCsv } from "../../../../server/services/imports/kinds/csvKind.ts";
import { fileOf, messagesOf, runsOf } from "./importFiles.ts";

const read = (content: string | Uint8Array, columns?: ColumnChoice[], name = "study.csv") =>
  readCsv({ files: [fileOf(name, content)], choices: columns ? { columns } : {} });
const refusal = (content: string | Uint8Array) =>
  read(content).then(
    () => "",
    (error: Error) => error.message,
  );
const rolesOf = ({ columns }: Awaited<ReturnType<typeof read>>) => columns.map(({ column, role, as }) => [column, role, as]);

describe("a table with a row a step", () => {
  const text = "depth,seed,step,nc1,loss\n2,0,0,1.5,2.25\n2,0,10,0.5,1\n4,0,0,1.25,2\n4,0,10,0.25,0.5\n2,1,0,1,2\n2,1,10,0.5,1\n";

  test("becomes runs by its axes, and what is called like a measure stays what it was called", async () => {
    const found = await read(text);
    expect(rolesOf(found)).toEqual([
      ["depth", "axis", "depth"],
      ["seed", "seed", null],
      ["step", "step", null],
      ["nc1", "metric", "nc1"],
      ["loss", "metric", "loss"],
    ]);
    expect(runsOf(found.draft)).toEqual([
      {
        name: "depth 2, seed 0",
        values: { depth: 2, seed: 0 },
        series: {
          "log/nc1": [
            [0, 1.5],
            [10, 0.5],
          ],
          "log/loss": [
            [0, 2.25],
            [10, 1],
          ],
        },
      },
      {
        name: "depth 4, seed 0",
        values: { depth: 4, seed: 0 },
        series: {
          "log/nc1": [
            [0, 1.25],
            [10, 0.25],
          ],
          "log/loss": [
            [0, 2],
            [10, 0.5],
          ],
        },
      },
      {
        name: "depth 2, seed 1",
        values: { depth: 2, seed: 1 },
        series: {
          "log/nc1": [
            [0, 1],
            [10, 0.5],
          ],
          "log/loss": [
            [0, 2],
            [10, 1],
          ],
        },
      },
    ]);
    expect(messagesOf(found.draft)).toEqual([]);
    expect(found.draft.name).toBe("study");
  });

  test("has measured series where a person says so, and refuses what is none", async () => {
    const named = (as: string) => read(text, [{ column: "nc1", role: "metric", as }]);
    expect(Object.keys(runsOf((await named("train/nc1.ratio@3")).draft)[0].series)).toEqual(["log/loss", "train/nc1.ratio@3"]);
    for (const [as, message] of [
      ["train/nc9@3", "error: “train/nc9@3” is called like a measured series, but there is no measure “nc9”."],
      ["train/nc1.ratio", "error: “train/nc1.ratio” is a measure of a layer: say of which one, as in train/nc1.ratio@1."],
      ["train/loss@2", "error: “train/loss@2” names a layer, but “loss” is a measure of the whole network."],
      ["train/nc1.ratio@200", "error: “train/nc1.ratio@200” is of layer 200; a run has at most 128 layers."],
      ["log/loss", "error: The columns “nc1” and “loss” are both the series “log/loss”: name one of them otherwise."],
    ])
      expect(messagesOf((await named(as)).draft), as).toEqual([message]);
  });

  test("says which row cannot be read as what its column is", async () => {
    const { draft } = await read("run,step,loss\na,0,1\na,1.5,2\na,2,1 234\na,,3\na,4,NaN\na,5,-inf\n");
    expect(messagesOf(draft)).toEqual([
      "error: study.csv, line 3, column “step”: a step must be a whole number from 0 to 1,000,000,000, but is “1.5”. Say which column is the step.",
      "error: study.csv, line 4, column “loss”: “1 234” is no number, as a metric's value must be, with a decimal point and without thousands separators. Say that the column is something else, or leave it out.",
      "warning: Rows without a step: 1 (the first: study.csv, line 5, column “step”). They are left out.",
      "warning: Values that are NaN or infinite: 2 (the first: “NaN” in study.csv, line 6, column “loss”). They become gaps.",
    ]);
  });

  test("keeps the last value of a step that stands twice, and says so", async () => {
    const { draft } = await read("run,step,loss\na,2,3\na,0,1\na,2,4\na,0,1\n");
    expect(runsOf(draft)).toEqual([
      {
        name: "a",
        values: { run: "a" },
        series: {
          "log/loss": [
            [0, 1],
            [2, 4],
          ],
        },
      },
    ]);
    expect(messagesOf(draft)).toEqual([
      "warning: Points at a step that their series has already: 1 (the first: log/loss at step 2). The last one counts. If they are of different runs, say which column tells these apart.",
    ]);
  });
});

test("a table with a row a run has one point a metric; a second row of a run needs a step", async () => {
  const found = await read('name,arch,lr,test_acc\nfirst,"res,net",0.1,0.9\nsecond,mlp,1e-3,0.8\n');
  expect(rolesOf(found).map(([, role]) => role)).toEqual(["run", "axis", "axis", "metric"]);
  expect(runsOf(found.draft)).toEqual([
    { name: "first", values: { arch: "res,net", lr: 0.1 }, series: { "log/test_acc": [[0, 0.9]] } },
    { name: "second", values: { arch: "mlp", lr: 0.001 }, series: { "log/test_acc": [[0, 0.8]] } },
  ]);
  expect(messagesOf((await read("name,loss\na,1\nb,2\na,3\n")).draft)).toEqual([
    "error: study.csv, line 4: is of the run “a”, as line 2 is. Say which column is the step, or which one tells runs apart.",
  ]);
  expect(messagesOf((await read("a,b\n1,2\n")).draft)).toContain("error: No column is a metric: say which ones are.");
});

test("texts stay texts: ids, leading zeros, formulas, marks of other scripts", async () => {
  const rows = [
    ["007", "007"],
    ["12345678901234567890", "12345678901234567890"],
    ["=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"],
    ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
    ["深さ", "深さ"],
    ["true", true],
    ["-0.5e-3", -0.0005],
    ["0x10", "0x10"],
    ["1_000", "1_000"],
  ] as const;
  const { draft } = await read(`tag,seed,loss\n${rows.map(([text], at) => `"${text}",${at},1`).join("\n")}\n`);
  expect(runsOf(draft).map(({ values }) => values.tag)).toEqual(rows.map(([, value]) => value));
});

describe("is read however it was written down", () => {
  const same = {
    name: "a",
    values: { run: "a", lr: 0.5 },
    series: {
      "log/loss": [
        [0, 1.5],
        [1, 0.25],
      ],
    },
  };
  const columns: ColumnChoice[] = [{ column: "lr", role: "axis" }];
  const plain = "run,lr,step,loss\na,0.5,0,1.5\na,0.5,1,0.25\n";
  test.each([
    ["lines that end in CR LF", plain.replaceAll("\n", "\r\n")],
    ["a mark of UTF-8", `\ufeff${plain}`],
    ["UTF-16", Buffer.from(`\ufeff${plain}`, "utf16le")],
    ["UTF-16, the other way round", Buffer.from(`\ufeff${plain}`, "utf16le").swap16()],
    ["semicolons and decimal commas", plain.replaceAll(",", ";").replaceAll(".", ",")],
    ["Excel's separator line", `sep=;\n${plain.replaceAll(",", ";")}`],
    ["tabs", plain.replaceAll(",", "\t")],
    ["comments and blank lines in front", `# study: depths, and seeds\n#\n\n${plain}`],
    ["no line end at the end, blank lines between", plain.trim().replace("\n", "\n\n")],
    ["everything in quotes", plain.replace(/[^,\n]+/g, '"$&"')],
  ])("%s", async (_, content) => {
    const { draft } = await read(content, columns);
    expect(messagesOf(draft)).toEqual([]);
    expect(runsOf(draft).map((run) => ({ ...run, values: { run: "a", ...run.values } }))).toEqual([same]);
  });
});

describe("refuses by file and line", () => {
  test.each([
    ["a row that is too short", "a,b,c\n1,2,3\n\n1,2\n", /^study\.csv, line 4: has 2 cells; the header names 3 columns\./],
    [
      "a quote that is never closed",
      'a,b\n1,"x\n2,y\n',
      /^study\.csv, line \d+: the table ends within a cell that was opened by a quote and never closed\.$/,
    ],
    ["a quote within a cell", 'a,b\n1,x"y\n', /^study\.csv, line 2: a quote stands within a cell\./],
    ["text behind a quoted cell", 'a,b\n1,"x"y\n', /^study\.csv, line 2: a quote stands within a cell\./],
    ["NUL bytes", "a,b\n1,\0\n", /^study\.csv is no text: between byte 0 and byte 8 it has a NUL byte\.$/],
    ["another encoding", Buffer.from("a,b\n1,\xe4\n", "latin1"), /^study\.csv is not UTF-8 text: .* Save it as UTF-8/],
    ["half a character of UTF-16", Buffer.from("\ufeffa,b\n\ud800,2\n", "utf16le"), /^study\.csv is not UTF-16 text/],
    ["nothing but comments", "# nothing\n", /^study\.csv has no header/],
    ["a million columns", `${"c,".repeat(1_000_000)}c\n1\n`, /^study\.csv has 1,000,001 columns; at most 20,000 are read\./],
    [
      "a quote that swallows megabytes",
      `a,b\n1,"${"x".repeat(5_000_000)}\n`,
      /^study\.csv, line 2: a row has more than 4,000,000 characters\. Perhaps a quote/,
    ],
  ])("%s", async (_, content, message) => {
    expect(await refusal(content)).toMatch(message);
  });

  test("more runs or points than one import takes", async () => {
    expect(await refusal(`seed,loss\n${Array.from({ length: 2_001 }, (_, at) => `${at},1`).join("\n")}`)).toBe(
      "These files have more than 2,000 runs, the most that one import takes: import them in parts.",
    );
  });

  test("tables with different columns", async () => {
    const files = [fileOf("a.csv", "run,loss\na,1\n"), fileOf("b.csv", "run,err\nb,1\n")];
    await expect(readCsv({ files, choices: {} })).rejects.toThrow(
      "b.csv has other columns than a.csv: import tables with different columns one by one.",
    );
  });
});

test("keys that objects have of themselves are keys like others, but __proto__, which is none", async () => {
  const { draft } = await read("constructor,toString,seed,loss\nx,y,0,1\nz,y,1,1\n");
  expect(runsOf(draft)[0].values).toEqual({ constructor: "x", toString: "y", seed: 0 });
  const named = await read("a,loss\nx,1\n", [{ column: "a", role: "axis", as: "__proto__" }]);
  expect(messagesOf(named.draft)).toEqual(["error: The axis of the column “a” needs a name that can be seen."]);
});

test("keeps the axes that differ where there are too many, and says which are left out", async () => {
  const names = Array.from({ length: 80 }, (_, at) => `c${at}`);
  const row = (seed: number) => [...names.map((_, at) => (at === 79 ? seed : at)), seed, 1].join(",");
  const { draft } = await read(`${names.join(",")},seed,loss\n${row(0)}\n${row(1)}\n`);
  const [{ values }] = runsOf(draft);
  expect(Object.keys(values)).toHaveLength(63);
  expect(values).toMatchObject({ c0: 0, c79: 0, seed: 0 });
  expect(messagesOf(draft)).toEqual([
    "warning: A run keeps at most 63 values of its config: 18 that are alike in all runs are left out (“c61”, “c62”, “c63”, …).",
  ]);
});

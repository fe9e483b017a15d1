import { describe, expect, test } from "vitest";
import { presets } from "../../../../contract/presets/presets.ts";
import { FileFailure } from "../../../../server/cli/fileFailure.ts";
import { readStudy } from "../../../../server/cli/study/readStudy.ts";

const study = `name: One
config:
  datasets:
    - id: gaussian-clusters
      classes: 4
      dimension: 10
      trainPerClass: 25
  architectures:
    - name: rn1
  depths: [2, 4]
  widths: [16]
  losses: [ce]
  regularizers:
    - family: weights
      lambda: 0.005
  seeds: [0]
  training:
    steps: 200
`;

/** What is said of a study's file, a line each. */
function said(text: string): string[] {
  try {
    readStudy(text, "study.yaml");
  } catch (error) {
    if (error instanceof FileFailure) return error.message.split("\n");
    throw error;
  }
  return [];
}
const changed = (from: string, to: string) => {
  expect(study).toContain(from);
  return said(study.replace(from, to));
};

describe("a study's file", () => {
  test("gives what the form sends", () => {
    const { input } = readStudy(study, "study.yaml");
    expect(input).toEqual({
      name: "One",
      note: "",
      tags: [],
      priority: "normal",
      config: {
        datasets: [
          {
            ...{ id: "gaussian-clusters", classes: 4, dimension: 10, trainPerClass: 25, testPerClass: 25 },
            ...{ dataSeed: 0, separation: 3, imbalance: 1 },
          },
        ],
        architectures: [{ name: "rn1", normalization: "post-ln" }],
        depths: [2, 4],
        widths: [16],
        losses: ["ce"],
        regularizers: [{ family: "weights", objective: "uniform", lambda: 0.005, scaling: "constant", headLambda: 0.005 }],
        seeds: [0],
        headBias: false,
        training: {
          optimizer: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
          learningRate: 0.005,
          schedule: { name: "cosine", floor: 0 },
          warmupSteps: 0,
          batch: "full",
          steps: 200,
          initialization: { gain: 1, branchGain: 1 },
        },
        measuring: { name: "log", perDecade: 10 },
        device: "auto",
      },
    });
  });

  test("may be JSON, with a byte order mark and lines that end as Windows ends them", () => {
    const { input } = readStudy(study, "study.yaml");
    expect(readStudy(JSON.stringify(input, null, "\t"), "study.json").input).toEqual(input);
    expect(readStudy(`\uFEFF${study.replaceAll("\n", "\r\n")}`, "study.yaml").input).toEqual(input);
  });

  test("may name a preset and say what differs", () => {
    const { input } = readStudy("preset: first-light\nconfig:\n  seeds: [7]\n  training: {steps: 50}\n", "study.yaml");
    const preset = presets.find(({ id }) => id === "first-light")!;
    expect(input.name).toBe("First light");
    expect(input.config).toEqual({ ...preset.config, seeds: [7], training: { ...preset.config.training, steps: 50 } });
    expect(said("preset: firstlight\n")[0]).toMatch(
      /^study\.yaml:1:1: preset: there is no such preset: choose one of first-light, /,
    );
  });
});

describe("values are refused at their lines, with the form's messages", () => {
  test.each<[string, string, string[]]>([
    [
      "[16]",
      "[2, 16, 5000]",
      [
        "study.yaml:11:12: config.widths.0: 2 is not valid: a width must be at least 4.",
        "study.yaml:11:19: config.widths.2: 5000 is not valid: a width must be at most 1024.",
      ],
    ],
    ["steps: 200", "steps: 0", ["study.yaml:18:5: config.training.steps: 0 is not valid: at least 1 step."]],
    ["[0]", "[0, 1.5]", ["study.yaml:16:14: config.seeds.1: 1.5 is not valid: a seed must be a whole number."]],
    ["[0]", "[]", ["study.yaml:16:3: config.seeds: Choose at least one seed."]],
    ["[0]", "[3, 3]", ["study.yaml:16:3: config.seeds: Each seed once."]],
    ["[0]", "0", ["study.yaml:16:3: config.seeds: 0 is not valid: it must be a list."]],
    ["[0]", "[null]", ["study.yaml:16:11: config.seeds.0: Enter a number, such as 0.005 or 1e-3."]],
    ["name: One", "name: 12", ["study.yaml:1:1: name: 12 is not valid: it must be text: put it in quotes."]],
    ["name: One", "name: ''", ["study.yaml:1:1: name: Give the experiment a name."]],
    [
      "[ce]",
      "[cee]",
      [
        'study.yaml:12:12: config.losses.0: "cee" is no loss: choose "ce", "mse", "dot-regression", { name: "ce", smoothing: 0.1 } or { name: "focal", gamma: 2 }.',
      ],
    ],
    [
      "family: weights",
      "family: weight",
      ['study.yaml:14:7: config.regularizers.0.family: "weight": choose weights, features, slack, none, adamw'],
    ],
    [
      "lambda: 0.005",
      "lambda: 1_000",
      ["study.yaml:15:7: config.regularizers.0.lambda: Invalid input: expected number, received string."],
    ],
    ["    steps: 200\n", "", ["study.yaml:17:3: config.training: is empty"]],
  ])("%j as %j", (from, to, lines) => expect(changed(from, to)).toEqual(lines));

  test("what is missing, and what is unknown at its own line", () => {
    expect(changed("depths: [2, 4]", "dephts: [2, 4]")).toEqual([
      "study.yaml:2:1: config.depths: is missing",
      'study.yaml:10:3: config.dephts: unknown key "dephts"',
    ]);
    expect(changed("steps: 200", "steps: 200\n    rate: 1")).toEqual([
      'study.yaml:19:5: config.training.rate: unknown key "rate"',
    ]);
    expect(changed("classes: 4", "clases: 4")).toEqual(['study.yaml:5:7: config.datasets.0.clases: unknown key "clases"']);
    expect(changed("name: One", "nmae: One")).toEqual([
      "study.yaml:1:1: name: is missing",
      'study.yaml:1:1: nmae: unknown key "nmae"',
    ]);
  });

  test("what does not go together, and what would end its runs", () => {
    expect(changed("name: rn1", "name: t11")).toEqual([expect.stringMatching(/^study\.yaml:9:\d+: config\.architectures\.0: /)]);
    expect(changed("[2, 4]", `[${Array.from({ length: 63 }, (_, i) => i + 2).join(", ")}]`)).toEqual([]);
    const many = Array.from({ length: 64 }, (_, i) => i + 2)
      .slice(0, 63)
      .join(", ");
    expect(said(study.replace("[2, 4]", `[${many}]`).replace("[0]", `[${many}]`))).toEqual([
      "study.yaml:2:1: config: 3,969 runs are over the limit of 2,000 per experiment. Remove values from an axis, or split it into several experiments.",
    ]);
  });
});

describe("YAML that would pass in silence is refused", () => {
  test.each<[string, string, string]>([
    [
      "a number with a zero in front",
      "seeds: [0, 012]\n",
      "1:12: seeds.1: 012 would be read as 12: write the number in decimal, or in quotes if it is a text",
    ],
    ["a hexadecimal number", "seeds: [0x10]\n", "1:9: seeds.0: 0x10 would be read as 16: write the number in decimal"],
    ["an octal number", "seeds: [0o14]\n", "1:9: seeds.0: 0o14 would be read as 12: write the number in decimal"],
    ["infinity", "rate: .inf\n", "1:7: rate: .inf would be read as Infinity: write the number in decimal"],
    [
      "another version",
      "%YAML 1.1\n---\na: yes\n",
      "1:1: %YAML 1.1: directives are not read: leave it out (the file is YAML 1.2)",
    ],
    ["a merge key", "<<: {a: 1}\n", '1:1: merge keys ("<<") are not read: write the values out'],
    ["a number as a key", "name: a\n1: 2\n", '2:1: a key that is not a text: write it in quotes, such as "1"'],
    ["a list as a key", "? [a]\n: 1\n", '1:3: a key that is not a text: write it in quotes, such as "1"'],
    ["a key that comes twice", "name: a\nname: b\n", "2:1: a key that is there already: each may stand once"],
    ["a tab as indentation", "config:\n\tseeds: [0]\n", "2:1: a tab: indent and separate with spaces"],
    ["a tab before a value", "name:\tOne\n", "1:6: a tab: indent and separate with spaces"],
    ["NUL", "name: x\n# \0\n", "2:3: the character U+0000 cannot stand in YAML: leave it out"],
    ["an escape of terminals", "name: \x1b[2J\n", "1:7: the character U+001B cannot stand in YAML: leave it out"],
    ["a carriage return alone", 'name: "a\rb"\n', "1:9: a carriage return without a line feed: end lines with a line feed"],
    ["a tag", "name: !!binary aGk=\n", "1:7: !!binary: tags are not read: leave it out"],
    ["a second document", "name: a\n---\nname: b\n", "2:1: a second document: a file holds one study"],
    ["nothing", "", "1:1: the file is empty"],
    ["a comment alone", "# name: One\n", "1:1: the file is empty"],
    ["a list", "- 1\n", "1:1: the file must hold a study: name: …, config: … (“Copy as YAML” in the form gives one)"],
    ["a prototype", "__proto__: {name: x}\n", '1:1: unknown key "__proto__"'],
  ])("%s", (_, text, line) => expect(said(text)).toEqual([`study.yaml:${line}`]));

  test("anchors and aliases, a bomb of them too", () => {
    const bomb = `a: &a [x, x]\n${[..."bcdefghijklmnop"].map((key, i) => `${key}: &${key} [*${"abcdefghijklmno"[i]}, *${"abcdefghijklmno"[i]}]`).join("\n")}\n`;
    const lines = said(bomb);
    expect(lines.slice(0, 3)).toEqual([
      "study.yaml:1:4: &a: anchors are not read: write the value out where it is needed",
      "study.yaml:2:4: &b: anchors are not read: write the value out where it is needed",
      "study.yaml:2:8: *a: aliases are not read: write the value out",
    ]);
    expect(lines).toHaveLength(20);
  });

  test.each(["[", "{a: ", "- ", "a: ", "? ", ": ", "[a: ", "[? ", "{? ", "[: ", "- ? "])(
    "%j, a hundred thousand levels of it",
    (level) => {
      expect(said(level.repeat(100_000))).toEqual([expect.stringMatching(/^study\.yaml:1:\d+: nested deeper than 32 levels$/)]);
    },
  );

  test("a deep stair of lines", () => {
    const stair = Array.from({ length: 1_000 }, (_, i) => `${" ".repeat(i)}a:\n`).join("");
    expect(said(stair)).toEqual(["study.yaml:32:33: nested deeper than 32 levels"]);
  });

  test("a note with indented lines, dashes and brackets is none of that", () => {
    const note = Array.from({ length: 60 }, (_, i) => `  ${" ".repeat(i)}- [ { \t & * ! %`).join("\n");
    const { input } = readStudy(`note: |\n${note}\n${study}`, "study.yaml");
    expect(input.note.split("\n")).toHaveLength(61);
  });
});

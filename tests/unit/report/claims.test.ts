import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bandClaim } from "../../../app/text/slopeText.ts";
import { blocksOf } from "../../../contract/config/networkForm.ts";
import { theorySpeaks } from "../../../contract/theory/theorySlopes.ts";
import {
  bandOf,
  type Column,
  type ColumnId,
  columns,
  evaluationColumns,
  meansOver,
  minorityColumns,
} from "../../report/columns.ts";
import { plain } from "../../report/documents.ts";
import { fitOf, lineOf } from "../../report/figures.ts";
import { atDepth, depthsOf, type Line, lastValue, recordingIds, recordingOf } from "../../report/recordings.ts";
import { goals, stepsTo } from "../../report/tables.ts";
import { projectRoot } from "../../support/processes/server.ts";

/** What the sentences of the pages claim, one by one: each must stand there, and be carried by its recording. */

const theBand = [-0.5, -0.25] as const;
const six: ColumnId[] = ["nc1", "nc2", "nc3", "head", "total", "ridge"];
const read = (name: string) => plain(readFileSync(join(projectRoot, name), "utf8"));
const results = ".readme/researcher/results.md";
const paper = ".readme/researcher/paper-figures.md";
const questions = ".readme/researcher/questions.md";
const toys = ".readme/researcher/toys.md";

/** A sentence or a part of one, on a page, and what it rests on. */
function says(page: string, sentence: string, carried: () => void) {
  test(`${page}: ${sentence}`, () => {
    expect(read(page).includes(sentence), `"${sentence}" stands in ${page}`).toBe(true);
    carried();
  });
}

const within = (line: Line, from: number, to: number) => depthsOf(line.kept).filter((depth) => depth >= from && depth <= to);
const means = (line: Line, id: ColumnId, from = 0, to = Number.POSITIVE_INFINITY) =>
  meansOver(line.kept, columns[id], within(line, from, to));
const mean = (line: Line, id: ColumnId, depth: number) => meansOver(line.kept, columns[id], [depth])[0];

/** The means fall (or rise) from each depth to the next. */
function fall(line: Line, ids: ColumnId[], from = 0, to = Number.POSITIVE_INFINITY) {
  for (const id of ids) {
    const found = means(line, id, from, to);
    expect(found.length, id).toBeGreaterThan(1);
    expect(found, id).toEqual([...found].sort((a, b) => b - a));
    expect(new Set(found).size).toBe(found.length);
  }
}
function rise(line: Line, ids: ColumnId[], from = 0, to = Number.POSITIVE_INFINITY) {
  for (const id of ids) {
    const found = means(line, id, from, to);
    expect(found.length, id).toBeGreaterThan(1);
    expect(found, id).toEqual([...found].sort((a, b) => a - b));
  }
}
/** The mean is lower (or higher) at this depth than at any other. */
function lowestAt(line: Line, id: ColumnId, depth: number) {
  const others = depthsOf(line.kept).filter((other) => other !== depth);
  for (const other of others) expect(mean(line, id, depth), id).toBeLessThan(mean(line, id, other));
}
function highestAt(line: Line, id: ColumnId, depth: number) {
  const others = depthsOf(line.kept).filter((other) => other !== depth);
  for (const other of others) expect(mean(line, id, depth), id).toBeGreaterThan(mean(line, id, other));
}
const spread = (line: Line, id: ColumnId, depth: number) => bandOf(atDepth(line.kept, depth), columns[id])!.standardDeviation!;
const interval = (line: Line, id: ColumnId) => {
  const { low, high } = fitOf(line, id);
  if (low === null || high === null) throw new Error(`${id} has no interval`);
  return { low, high };
};
const covers = (line: Line, id: ColumnId, values: readonly number[]) => {
  const { low, high } = interval(line, id);
  for (const value of values) {
    expect(low, id).toBeLessThan(value);
    expect(high, id).toBeGreaterThan(value);
  }
};

describe("first-light", () => {
  const line = lineOf("first-light");
  says(results, "NC1, NC3 and the head part fall from each depth to the next.", () => fall(line, ["nc1", "nc3", "head"]));
  says(results, "NC1's slope and its entire interval lie within the theory's band", () =>
    expect(bandClaim(fitOf(line, "nc1"), theBand)).toBe("within"),
  );
  says(results, "the intervals of NC2 and NC3 extend beyond it", () => {
    for (const id of ["nc2", "nc3"] as const) expect(bandClaim(fitOf(line, id), theBand)).toBe("open");
  });
  says(
    results,
    "The representation part, which is the weight decay that the hidden layers cost, rises with depth with a slope of",
    () => expect(interval(line, "representation").low).toBeGreaterThan(0),
  );
  says(results, "the interval of the total gap's slope contains 0", () => covers(line, "total", [0]));
});

describe("rn1-cifar10-tonight", () => {
  const line = lineOf("rn1-cifar10-tonight");
  says(paper, "Its pictures are the first 200 per class of 4,000 losslessly kept training pictures", () =>
    expect(recordingOf("rn1-cifar10-tonight").sample.note).toContain(
      "4,000 + 1,000 losslessly kept CIFAR-10 pictures (the first 200",
    ),
  );
  says(paper, "NC1, NC2, NC3, the head part and the total gap fall from each depth to the next", () =>
    fall(line, ["nc1", "nc2", "nc3", "head", "total"]),
  );
  says(results, "(`rn1-cifar10-tonight`): NC1, NC2, NC3 and the total gap fall from each depth to the next.", () =>
    fall(line, ["nc1", "nc2", "nc3", "total"]),
  );
  says(paper, "the regularization loss rises to L = 5 and falls from there.", () => {
    rise(line, ["ridge"], 2, 5);
    fall(line, ["ridge"], 5);
  });
  says(paper, "The representation part rises to L = 8 and is a little lower beyond.", () => {
    rise(line, ["representation"], 2, 8);
    for (const depth of [13, 21]) {
      const ratio = mean(line, "representation", depth) / mean(line, "representation", 8);
      expect(ratio).toBeLessThan(1);
      expect(ratio).toBeGreaterThan(0.85);
    }
  });
  says(paper, "is slightly steeper than the band, but its interval", () => {
    expect(fitOf(line, "nc1").slope).toBeLessThan(-0.5);
    expect(fitOf(line, "nc1").slope).toBeGreaterThan(-0.52);
  });
  says(paper, "covers the band's steep edge and the paper's mean slope", () => covers(line, "nc1", [-0.5, -0.335]));
  says(results, "an interval that straddles the steep edge of the theory's band; the curve steepens with depth", () =>
    covers(line, "nc1", [-0.5]),
  );
  says(paper, "it steepens with depth", () => {
    const depths = depthsOf(line.kept);
    const slopes = depths.slice(1).map((depth, i) => fitOf(line, "nc1", `${depths[i]}…${depth}`).slope);
    expect(slopes).toEqual([...slopes].sort((a, b) => b - a));
  });
  says(paper, "The curve is no straight line", () => expect(fitOf(line, "nc1").lackOfFit!.p).toBeLessThan(1e-3));
});

describe("t11-cifar10-tonight", () => {
  const line = lineOf("t11-cifar10-tonight");
  says(paper, "Its pictures are the first 100 per class of 4,000 losslessly kept training pictures", () =>
    expect(recordingOf("t11-cifar10-tonight").sample.note).toContain(
      "4,000 + 1,000 losslessly kept CIFAR-10 pictures (the first 100",
    ),
  );
  const seven = [...six, "representation"] as ColumnId[];
  says(
    paper,
    "From L = 3 to L = 5 NC1, NC2, NC3, the head part, the total gap and the regularization loss fall. NC2 falls further to L = 8; the others are higher at L = 8 than at L = 5, and all of them, NC2 too, are highest at L = 13.",
    () => {
      fall(line, six, 3, 5);
      fall(line, ["nc2"], 3, 8);
      rise(
        line,
        six.filter((id) => id !== "nc2"),
        5,
        8,
      );
      for (const id of six) highestAt(line, id, 13);
    },
  );
  says(
    results,
    "NC1, NC2, NC3, the total gap and the regularization loss fall from L = 3 to L = 5, and are highest at L = 13. NC1's slope, 0.02 ± 0.13 (95 %: −0.55…0.60; L = 3…13), shows no trend.",
    () => {
      fall(line, six, 3, 5);
      for (const id of six) highestAt(line, id, 13);
      covers(line, "nc1", [0, ...theBand]);
    },
  );
  says(
    paper,
    "No slope has an interval that leaves out 0; NC1's, 0.02 ± 0.13 (95 %: −0.55…0.60; L = 3…13), covers the whole band as well. The fall with depth that the paper's figure shows is not in this recording.",
    () => {
      for (const id of seven) covers(line, id, [0]);
      covers(line, "nc1", theBand);
    },
  );
  says(
    paper,
    "The seeds differ much from L = 8 on. There the runs of seeds 0, 1, 2 end at NC1 0.570, 0.539, 1.04 and a total gap of 2.32, 2.25, 5.57 L*; at L = 13 at NC1 0.792, 0.774, 0.874 and a gap of 7.62, 4.84, 9.01 L*, most of it the decay of the hidden layers.",
    () => {
      for (const depth of [3, 5]) expect(spread(line, "total", depth)).toBeLessThan(0.2);
      for (const depth of [8, 13]) expect(spread(line, "total", depth)).toBeGreaterThan(1.5);
      for (const depth of [8, 13]) expect(atDepth(line.kept, depth).map(({ config }) => config.seed)).toEqual([0, 1, 2]);
      for (const run of atDepth(line.kept, 13))
        expect(columns.representation.value(run)).toBeGreaterThan(columns.total.value(run) / 2);
    },
  );
});

describe("t11-text-tonight", () => {
  const line = lineOf("t11-text-tonight");
  says(paper, "The head part falls from each depth to the next.", () => fall(line, ["head"]));
  says(
    paper,
    "NC1 and NC3 are lower at L = 8 and 13 than at L = 3 and 5, but they do not fall from L = 3 to 5, nor NC1 from L = 8 to 13.",
    () => {
      for (const id of ["nc1", "nc3"] as const) {
        expect(Math.max(...means(line, id, 8, 13))).toBeLessThan(Math.min(...means(line, id, 3, 5)));
        rise(line, [id], 3, 5);
      }
      rise(line, ["nc1"], 8, 13);
    },
  );
  for (const [page, sentence] of [
    [paper, "slope has an interval that leaves out 0"],
    [results, "every slope's interval contains 0"],
  ])
    says(page, sentence, () => {
      for (const id of [...six, "representation"] as ColumnId[]) covers(line, id, [0]);
    });
  says(
    paper,
    "NC1's, −0.113 ± 0.077 (95 %: −0.443…0.218; L = 3…13), leaves out neither a flat curve nor the band's flat edge.",
    () => covers(line, "nc1", [0, theBand[1]]),
  );
  says(paper, "NC2 is higher at L = 8 and 13 than at L = 3 and 5.", () =>
    expect(Math.min(...means(line, "nc2", 8, 13))).toBeGreaterThan(Math.max(...means(line, "nc2", 3, 5))),
  );
  for (const page of [paper, results])
    says(page, "total gap and the regularization loss are lowest at L = 3 and highest at L = 13.", () => {
      for (const id of ["total", "ridge"] as const) {
        lowestAt(line, id, 3);
        highestAt(line, id, 13);
      }
    });
  says(paper, "At every depth more than nine tenths of the gap are the decay of the hidden layers.", () => {
    for (const depth of depthsOf(line.kept))
      expect(mean(line, "representation", depth)).toBeGreaterThan(0.9 * mean(line, "total", depth));
  });
});

describe("rn2-mnist-tonight", () => {
  const falling = lineOf("rn2-mnist-tonight", "#1");
  const constant = lineOf("rn2-mnist-tonight", "#2");
  test("has λ/L with a constant λ_L = 0.005 first, and the constant λ = 0.0025 second", () => {
    const [one, other] = [falling, constant].map(({ runs }) => runs[0].config.regularizer);
    expect(one).toMatchObject({ lambda: 0.005, scaling: "inverse-depth", headLambda: 0.005 });
    expect(other).toMatchObject({ lambda: 0.0025, scaling: "constant", headLambda: 0.0025 });
  });
  says(paper, "NC2, NC3 and the head part are below 0 with their whole intervals", () => {
    for (const id of ["nc1", "nc2", "nc3", "head"] as const) expect(interval(falling, id).high).toBeLessThan(0);
  });
  says(paper, "but only NC2 falls from each depth to the next; the others are higher at L = 8 than at L = 5.", () => {
    fall(falling, ["nc2"]);
    rise(falling, ["nc1", "nc3", "head"], 5, 8);
  });
  says(paper, "NC1's interval reaches beyond both edges of the band, and no straight line describes its curve", () => {
    covers(falling, "nc1", theBand);
    expect(fitOf(falling, "nc1").lackOfFit!.p).toBeLessThan(1e-3);
  });
  says(
    results,
    "with λ/L, NC1's slope is −0.272 ± 0.081 (95 %: −0.530…−0.014; L = 2…13), an interval that extends beyond both edges of the band.",
    () => covers(falling, "nc1", theBand),
  );
  says(paper, "With constant λ = 0.0025 no slope has an interval that leaves out 0.", () => {
    for (const id of [...six, "representation"] as ColumnId[]) covers(constant, id, [0]);
  });
  for (const [page, sentence] of [
    [paper, "NC1's, −0.019 ± 0.057 (95 %: −0.201…0.164; L = 2…13), is flatter than the band"],
    [
      results,
      "With constant λ, about which the theorems say nothing, it is −0.019 ± 0.057 (95 %: −0.201…0.164; L = 2…13), flatter than the band",
    ],
  ])
    says(page, sentence, () => expect(bandClaim(fitOf(constant, "nc1"), theBand)).toBe("flatter"));
  says(paper, "NC1 rises to L = 5 and falls beyond.", () => {
    rise(constant, ["nc1"], 2, 5);
    fall(constant, ["nc1"], 5);
  });
  const vanished = constant.kept.filter((run) => columns.representation.value(run) < 1e-3);
  const others = constant.kept.filter((run) => !vanished.includes(run));
  says(
    paper,
    "In 10 of the 15 runs (two each at L = 2, 3 and 8, one at L = 5, all three at L = 13) the representation part is below 10⁻³ L*",
    () => {
      expect([vanished.length, constant.runs.length]).toEqual([10, 15]);
      expect([2, 3, 5, 8, 13].map((depth) => atDepth(vanished, depth).length)).toEqual([2, 2, 1, 2, 3]);
    },
  );
  says(paper, "NC1 changes by less than 2 % from the first layer to the last.", () => {
    for (const run of vanished)
      expect(Math.abs(lastValue(run, "train/nc1.ratio@1") / columns.nc1.value(run) - 1)).toBeLessThan(0.02);
  });
  says(paper, "In the other five the representation part is above 0.05 L*.", () => {
    expect(others).toHaveLength(5);
    for (const run of others) expect(columns.representation.value(run)).toBeGreaterThan(0.05);
  });
  says(
    paper,
    "At L = 5 and 8 the runs of the first kind end at an NC1 below 0.2, those of the second above 0.26: hence the spread of the seeds.",
    () => {
      for (const depth of [5, 8]) {
        for (const run of atDepth(vanished, depth)) expect(columns.nc1.value(run)).toBeLessThan(0.2);
        for (const run of atDepth(others, depth)) expect(columns.nc1.value(run)).toBeGreaterThan(0.26);
      }
    },
  );
  says(
    paper,
    "Neither with λ/L nor with constant λ does the interval of the slope of the total gap or of the regularization loss leave out 0: no fall with depth is shown.",
    () => {
      for (const line of [falling, constant]) for (const id of ["total", "ridge"] as const) covers(line, id, [0]);
    },
  );
  says(results, "Neither shows a trend in the total gap.", () => {
    for (const line of [falling, constant]) covers(line, "total", [0]);
  });
  says(paper, "the representation part is lowest at L = 2", () => lowestAt(falling, "representation", 2));
});

describe("rn1-t11-mnist-tonight", () => {
  const rn1 = lineOf("rn1-t11-mnist-tonight", "RN1");
  const t11 = lineOf("rn1-t11-mnist-tonight", "T11");
  says(
    paper,
    "For RN1 all of NC1, NC2, NC3, the head part, the total gap and the regularization loss fall from each depth to the next, although the representation part rises.",
    () => {
      fall(rn1, six);
      rise(rn1, ["representation"]);
    },
  );
  says(
    results,
    "RN1's NC1, NC2, NC3, total gap and regularization loss fall from each depth to the next, NC1 with a slope of −0.4282 ± 0.0036 (95 %: −0.4395…−0.4169; L = 2…13), within the band.",
    () => {
      fall(rn1, six);
      expect(bandClaim(fitOf(rn1, "nc1"), theBand)).toBe("within");
    },
  );
  says(
    paper,
    "The slopes of NC1, −0.4282 ± 0.0036 (95 %: −0.4395…−0.4169; L = 2…13), and NC3 are within the band, NC2's is steeper: −0.778 ± 0.034 (95 %: −0.885…−0.672; L = 2…13).",
    () =>
      expect((["nc1", "nc3", "nc2"] as const).map((id) => bandClaim(fitOf(rn1, id), theBand))).toEqual([
        "within",
        "within",
        "steeper",
      ]),
  );
  says(paper, "For T11 NC1 falls from each depth to the next, but hardly from L = 8 (0.215) to L = 13 (0.213).", () =>
    fall(t11, ["nc1"]),
  );
  says(
    paper,
    "slope, −0.240 ± 0.038 (95 %: −0.360…−0.119; L = 2…13), is below 0 with its whole interval, which covers the band's flat edge.",
    () => {
      expect(interval(t11, "nc1").high).toBeLessThan(0);
      covers(t11, "nc1", [theBand[1]]);
    },
  );
  says(paper, "NC2, NC3 and the head part fall to L = 8 and are higher at L = 13, NC2 higher than at any other depth.", () => {
    fall(t11, ["nc2", "nc3", "head"], 2, 8);
    rise(t11, ["nc2", "nc3", "head"], 8);
    highestAt(t11, "nc2", 13);
  });
  says(
    paper,
    "The total gap is lowest at L = 5, the representation part and the regularization loss at L = 3; all three are highest at L = 13, where the runs of seeds 0, 1, 2 end at a total gap of 2.27, 1.79, 1.03 L*.",
    () => {
      lowestAt(t11, "total", 5);
      for (const id of ["representation", "ridge"] as const) lowestAt(t11, id, 3);
      for (const id of ["total", "representation", "ridge"] as const) highestAt(t11, id, 13);
    },
  );
  says(
    paper,
    "But for NC1, no slope of T11 has an interval that leaves out 0: the fall of the regularization loss in the paper's Figure 3 is here that of RN1 alone.",
    () => {
      for (const id of ["nc2", "nc3", "head", "representation", "total", "ridge"] as const) covers(t11, id, [0]);
      fall(rn1, ["ridge"]);
      expect(interval(rn1, "ridge").high).toBeLessThan(0);
    },
  );
  says(
    results,
    "T11's NC1 falls too: −0.240 ± 0.038 (95 %: −0.360…−0.119; L = 2…13); its NC2 and NC3 fall up to L = 8, its total gap up to L = 5, and all three are higher at L = 13.",
    () => {
      fall(t11, ["nc1"]);
      fall(t11, ["nc2", "nc3"], 2, 8);
      rise(t11, ["nc2", "nc3"], 8);
      fall(t11, ["total"], 2, 5);
      highestAt(t11, "total", 13);
    },
  );
});

describe("the paper's presets", () => {
  says(
    paper,
    "The theorems taken here are of post-LN networks, RN1 and T11 with a constant λ and RN2 with λ/L: for the text and for RN2 with a constant λ they say nothing",
    () => {
      const lines = recordingIds()
        .filter((id) => id.endsWith("-tonight"))
        .flatMap((id) => recordingOf(id).lines);
      const silent = lines.filter(({ runs }) => !theorySpeaks("nc1.ratio", "train", runs[0].config));
      expect(lines).toHaveLength(7);
      expect(silent).toEqual([lineOf("rn2-mnist-tonight", "#2"), lineOf("t11-text-tonight")]);
    },
  );
  says(paper, "L counts X₁ and L − 1 residual blocks of a ResNet (Definition 3.1), and L blocks of a transformer", () => {
    for (const id of recordingIds().filter((one) => one.endsWith("-tonight")))
      for (const { config } of recordingOf(id).sample.runs)
        expect(blocksOf(config), id).toBe(config.architecture === "t11" ? config.depth : config.depth - 1);
  });
});

describe("regularizers", () => {
  const of = (setting: string) => lineOf("regularizers", setting);
  const all = recordingOf("regularizers").lines;
  const value = (line: Line, id: ColumnId) => bandOf(line.kept, columns[id])?.mean ?? Number.NaN;
  const median = (line: Line, goal: 0 | 1) =>
    Number.parseInt(stepsTo(line.kept, goals[goal][1], goals[goal][2]).replace(",", ""), 10);
  const [ridge, features, none, adamw] = [of("λ=0.005"), of("features"), of("no decay"), of("AdamW")];
  const slacks = [of("ρ=0.01"), of("slack λ=0.005 ρ=0.1"), of("ρ=1")];
  says(questions, "Ridge on the features is first to a gap of L*", () => {
    for (const line of [ridge, ...slacks]) expect(median(features, 1)).toBeLessThan(median(line, 1));
  });
  says(questions, "ends at the smallest gap and the smallest NC1", () => {
    const others = all.filter((one) => one !== features);
    for (const line of others) expect(value(features, "nc1")).toBeLessThan(value(line, "nc1"));
    // Without a penalty in the loss there is no L*.
    const measured = others.filter((line) => line !== none && line !== adamw);
    expect(measured).toHaveLength(others.length - 2);
    for (const line of measured) expect(value(features, "total")).toBeLessThan(value(line, "total"));
    for (const line of [none, adamw]) expect(value(line, "total")).toBeNaN();
  });
  says(questions, "With slack NC2 falls as ρ rises", () => {
    const found = [ridge, ...slacks].map((line) => value(line, "nc2"));
    expect(found).toEqual([...found].sort((a, b) => b - a));
  });
  says(
    questions,
    "differ from those without slack by less than a standard deviation, and the median steps to either level are the same",
    () => {
      for (const line of slacks) {
        for (const id of ["nc1", "nc3", "total"] as const)
          expect(Math.abs(value(line, id) - value(ridge, id))).toBeLessThan(bandOf(ridge.kept, columns[id])!.standardDeviation!);
        for (const goal of [0, 1] as const) expect(median(line, goal)).toBe(median(ridge, goal));
      }
    },
  );
  says(questions, "steps, sooner than with any other, and ends lower than with ridge on the weights", () => {
    for (const line of [none, adamw]) {
      for (const other of [ridge, features, ...slacks]) expect(median(line, 0)).toBeLessThan(median(other, 0));
      expect(value(line, "nc1")).toBeLessThan(value(ridge, "nc1"));
    }
  });
  says(questions, "end higher than with any other", () => {
    for (const line of [none, adamw])
      for (const other of [ridge, features, ...slacks])
        for (const id of ["nc2", "nc3"] as const) expect(value(line, id)).toBeGreaterThan(value(other, id));
  });
});

describe("label-noise", () => {
  const lines = recordingOf("label-noise").lines;
  says(questions, "Every run fits its noisy labels to the last one.", () => {
    for (const { runs } of lines) for (const run of runs) expect(lastValue(run, "train/accuracy")).toBe(1);
  });
  says(questions, "From no noise to 80 % NC1 rises", () => {
    for (const depth of [3, 8]) expect(mean(lines.at(-1)!, "nc1", depth)).toBeGreaterThan(mean(lines[0], "nc1", depth));
  });
  says(
    questions,
    "the total gap at L = 8 is larger than at L = 3 whatever the share of noise, and so is its representation part",
    () => {
      for (const line of lines.slice(1)) rise(line, ["total", "representation"]);
    },
  );
});

describe("imbalance", () => {
  const { lines, sample } = recordingOf("imbalance");
  const [larger, , smaller, ideal] = minorityColumns(sample.runs) as [Column, Column, Column, Column];
  const over = (column: Column) => lines.map(({ kept }) => bandOf(kept, column)!.mean);
  says(
    questions,
    "the mean cosine among the smaller half of the classes rises with every step of imbalance, and that among the larger half falls from a ratio of 0.3 on",
    () => {
      expect(over(smaller)).toEqual([...over(smaller)].sort((a, b) => a - b));
      expect(over(larger).slice(1)).toEqual(
        over(larger)
          .slice(1)
          .sort((a, b) => b - a),
      );
    },
  );
  says(questions, "They do not merge: at λ = 0.005 the optimum does not either at 100 to 1.", () => {
    for (const column of [smaller, ideal]) expect(over(column).at(-1)).toBeLessThan(0);
  });
  says(questions, "NC2 measures the distance from a simplex, which is no longer the optimum, and rises.", () => {
    const found = lines.map(({ kept }) => bandOf(kept, columns.nc2)!.mean);
    expect(found).toEqual([...found].sort((a, b) => a - b));
  });
  says(questions, "is smaller with unequal classes than with equal ones", () => {
    const [equal, ...unequal] = lines.map(({ kept }) => bandOf(kept, columns.total)!.mean);
    for (const gap of unequal) expect(gap).toBeLessThan(equal);
  });
});

describe("complexity", () => {
  const lines = recordingOf("complexity").lines;
  says(questions, "Yes, and the more so the shallower the network. From L = 2 to L = 13 the total gap falls", () => {
    for (const line of lines) fall(line, ["total", "nc1"]);
    const ratio = (depth: number) => mean(lines.at(-1)!, "total", depth) / mean(lines[0], "total", depth);
    expect(ratio(2)).toBeGreaterThan(ratio(5));
    expect(ratio(5)).toBeGreaterThan(ratio(13));
  });
  says(questions, "At every depth NC1 is higher for clusters nearer to each other.", () => {
    const clusters = lines.filter(({ parts }) => parts.some((part) => part.startsWith("Gaussian")));
    for (const depth of [2, 5, 13]) {
      const found = clusters.map((line) => mean(line, "nc1", depth));
      expect(found).toEqual([...found].sort((a, b) => a - b));
    }
  });
  says(questions, "Test accuracy changes by less than 0.04 from L = 2 to L = 13 on each set.", () => {
    for (const line of lines) expect(Math.abs(mean(line, "testAccuracy", 2) - mean(line, "testAccuracy", 13))).toBeLessThan(0.04);
  });
});

describe("after-training", () => {
  const line = lineOf("after-training");
  const found = evaluationColumns(line.runs);
  const rises = (column: Column) => {
    const [shallow, deep] = meansOver(line.kept, column, [2, 13]);
    expect(deep, column.title).toBeGreaterThan(shallow);
  };
  says(questions, "From L = 2 to L = 13 accuracy under attack rises (the columns give the middle ε of each attack)", () => {
    const attacks = found.filter(({ title }) => title.startsWith("accuracy under"));
    expect(attacks).toHaveLength(4);
    attacks.forEach(rises);
  });
  says(questions, "while test accuracy stays within 0.006 of 0.78 and NC1 falls from", () => {
    for (const accuracy of means(line, "testAccuracy")) expect(Math.abs(accuracy - 0.78)).toBeLessThan(0.006);
    expect(mean(line, "nc1", 13)).toBeLessThan(mean(line, "nc1", 2));
  });
  says(questions, "frozen features on MNIST digits are both better at L = 13 than at L = 2", () => {
    const probes = found.filter(({ title }) => title.startsWith("probe"));
    expect(probes).toHaveLength(2);
    probes.forEach(rises);
  });
});

describe("channels", () => {
  const lines = recordingOf("channels").lines;
  const at = (width: number) => lines.find(({ runs }) => runs[0].config.width === width)!;
  const value = (width: number, id: ColumnId) => bandOf(at(width).runs, columns[id])?.mean ?? Number.NaN;
  const fitting = [12, 16, 24, 32, 48];
  says(questions, "With 4 and 8 channels there is no room for a simplex of ten classes, and so no L*", () => {
    for (const width of [4, 8]) expect(at(width).runs[0].started.optimum.loss).toBeNull();
  });
  says(questions, "with 4 the images are not fitted, and NC1 is low all the same", () => {
    expect(at(4).kept).toHaveLength(0);
    for (const width of fitting) expect(value(4, "nc1")).toBeLessThan(value(width, "nc1"));
  });
  says(questions, "From 12 channels on every image is fitted.", () => {
    for (const width of fitting) for (const run of at(width).runs) expect(lastValue(run, "train/accuracy")).toBe(1);
  });
  says(questions, "Of these widths NC1, NC3 and the total gap are lowest at 12 and 16 channels", () => {
    for (const id of ["nc1", "nc3", "total"] as const)
      for (const few of [12, 16]) for (const many of [24, 32, 48]) expect(value(few, id)).toBeLessThan(value(many, id));
  });
  says(questions, "the representation part rises with every step of the width", () => {
    const found = fitting.map((width) => value(width, "representation"));
    expect(found).toEqual([...found].sort((a, b) => a - b));
  });
  says(questions, "where L* itself falls with d", () => {
    const found = fitting.map((width) => value(width, "optimum"));
    expect(found).toEqual([...found].sort((a, b) => b - a));
  });
});

describe("free-features", () => {
  says(questions, "Every run ends within 10⁻⁷ L* of L*.", () => {
    for (const run of recordingOf("free-features").sample.runs)
      expect(Math.abs(lastValue(run, "train/gap.total"))).toBeLessThan(1e-7);
  });
});

describe("random-labels", () => {
  const line = lineOf("random-labels");
  says(toys, "The total gap, its representation part and the regularization loss fall from each depth to the next", () =>
    fall(line, ["total", "representation", "ridge"]),
  );
  says(toys, "NC1, NC3 and the head part fall to L = 5 and are higher at L = 8.", () => {
    for (const id of ["nc1", "nc3", "head"] as const) {
      fall(line, [id], 2, 5);
      expect(mean(line, id, 8)).toBeGreaterThan(mean(line, id, 5));
    }
  });
});

describe("two-layer-decay", () => {
  const [falling, constant] = recordingOf("two-layer-decay").lines;
  says(toys, "With λ/L the total gap falls from each depth to the next", () => fall(falling, ["total"]));
  says(toys, "With constant λ it stays between L* times", () => {
    expect(Math.min(...means(constant, "total"))).toBe(mean(constant, "total", 13));
    expect(Math.max(...means(constant, "total"))).toBe(mean(constant, "total", 2));
  });
  says(toys, "small but not 0", () => {
    const { low, high } = interval(constant, "total");
    expect(high).toBeLessThan(0);
    expect(low).toBeGreaterThan(-0.12);
  });
});

describe("grown networks", () => {
  const grown = () => lineOf("grown-random-labels");
  says(toys, "The total gap falls from each depth to the next in both seeds", () => {
    const seeds = new Set(grown().runs.map((run) => run.config.seed));
    expect(seeds.size).toBe(2);
    for (const seed of seeds) fall({ ...grown(), kept: grown().runs.filter((run) => run.config.seed === seed) }, ["total"]);
  });
  says(toys, "The means of the representation part and of the regularization loss fall from each depth to the next, too", () =>
    fall(grown(), ["representation", "ridge"]),
  );
  says(toys, "NC1 does not: it is higher at 13 layers than at 8", () =>
    expect(mean(grown(), "nc1", 13)).toBeGreaterThan(mean(grown(), "nc1", 8)),
  );
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bandClaim } from "../../../app/result/slopeText.ts";
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
import { atDepth, depthsOf, type Line, lastValue, recordingOf } from "../../report/recordings.ts";
import { goals, stepsTo } from "../../report/tables.ts";
import { projectRoot } from "../../support/server.ts";

/** What the sentences of the pages claim, one by one: each must stand there, and be carried by its recording. */

const theBand = [-0.5, -0.25] as const;
const read = (name: string) => plain(readFileSync(join(projectRoot, name), "utf8"));
const readme = "README.md";
const paper = ".readme/paper-figures.md";
const questions = ".readme/questions.md";
const toys = ".readme/toys.md";

/** A sentence or a part of one, on a page, and what it rests on. */
function says(page: string, sentence: string, carried: () => void) {
  it(`${page}: ${sentence}`, () => {
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
  for (const id of ids) expect(means(line, id, from, to), id).toEqual([...means(line, id, from, to)].sort((a, b) => a - b));
}
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
  says(readme, "NC1, NC3 and the head part fall from each depth to the next.", () => fall(line, ["nc1", "nc3", "head"]));
  says(readme, "NC1's slope and its whole interval are within the theory's band", () =>
    expect(bandClaim(fitOf(line, "nc1"), theBand)).toBe("within"),
  );
  says(readme, "the intervals of NC2 and NC3 reach beyond it", () => {
    for (const id of ["nc2", "nc3"] as const) expect(bandClaim(fitOf(line, id), theBand)).toBe("open");
  });
  says(readme, "The representation part, the decay that the hidden layers cost, rises with depth by a slope of", () =>
    expect(interval(line, "representation").low).toBeGreaterThan(0),
  );
  says(readme, "the interval of the total gap's slope covers 0", () => covers(line, "total", [0]));
});

describe("rn1-cifar10-tonight", () => {
  const line = lineOf("rn1-cifar10-tonight");
  says(paper, "Its pictures are the first 200 a class of 4,000 losslessly kept training pictures", () =>
    expect(recordingOf("rn1-cifar10-tonight").sample.note).toContain(
      "4,000 + 1,000 losslessly kept CIFAR-10 pictures (the first 200",
    ),
  );
  says(paper, "NC1, NC2, NC3, the head part and the total gap fall from each depth to the next", () =>
    fall(line, ["nc1", "nc2", "nc3", "head", "total"]),
  );
  says(readme, "(`rn1-cifar10-tonight`): NC1, NC2, NC3 and the total gap fall from each depth to the next.", () =>
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
  says(readme, "an interval across the steep edge of the theory's band; the curve steepens with depth", () =>
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
  says(paper, "Its pictures are the first 100 a class of 4,000 losslessly kept training pictures", () =>
    expect(recordingOf("t11-cifar10-tonight").sample.note).toContain(
      "4,000 + 1,000 losslessly kept CIFAR-10 pictures (the first 100",
    ),
  );
  const six = ["nc1", "nc2", "nc3", "head", "total", "ridge"] as ColumnId[];
  says(
    paper,
    "Up to L = 8, NC1, NC2, NC3, the head part, the total gap and the regularization loss fall from each depth to the next",
    () => fall(line, six, 2, 8),
  );
  says(readme, "NC1, NC2, NC3, the total gap and the regularization loss fall to L = 8", () => fall(line, six, 2, 8));
  says(paper, "NC1 and NC3 are no lower at L = 13 than at L = 8", () => {
    for (const id of ["nc1", "nc3"] as const) expect(mean(line, id, 13)).toBeGreaterThanOrEqual(mean(line, id, 8));
  });
  says(paper, "NC2 is highest of all at L = 21", () => expect(Math.max(...means(line, "nc2"))).toBe(mean(line, "nc2", 21)));
  says(paper, "the total gap and the regularization loss rise, to", () => rise(line, ["total", "ridge"], 8));
  says(readme, "at L = 13 and 21 the total gap and the regularization loss are higher again", () =>
    rise(line, ["total", "ridge"], 8),
  );
  says(paper, "The seeds differ most there.", () => {
    const spreads = depthsOf(line.kept).map((depth) => bandOf(atDepth(line.kept, depth), columns.total)!.standardDeviation!);
    expect(spreads.at(-1)).toBe(Math.max(...spreads));
  });
});

describe("t11-text-tonight", () => {
  const line = lineOf("t11-text-tonight");
  says(paper, "NC1, NC3 and the representation part (rising) change in one direction from each depth to the next", () => {
    fall(line, ["nc1", "nc3"]);
    rise(line, ["representation"]);
  });
  says(readme, "NC1 and NC3 fall from each depth to the next, mostly between L = 2 and 3; NC2 has no trend.", () => {
    fall(line, ["nc1", "nc3"]);
    for (const id of ["nc1", "nc3"] as const)
      expect(mean(line, id, 2) - mean(line, id, 3)).toBeGreaterThan((mean(line, id, 2) - mean(line, id, 13)) / 2);
    covers(line, "nc2", [0]);
  });
  says(paper, "has an interval that covers the whole band", () => covers(line, "nc1", theBand));
  says(paper, "The head part falls to L = 8 and is higher at L = 13.", () => {
    fall(line, ["head"], 2, 8);
    expect(mean(line, "head", 13)).toBeGreaterThan(mean(line, "head", 8));
  });
  says(paper, "NC2 has no trend", () => covers(line, "nc2", [0]));
  says(paper, "The regularization loss rises, by a slope of", () => expect(interval(line, "ridge").low).toBeGreaterThan(0));
});

describe("rn2-mnist-tonight", () => {
  const falling = lineOf("rn2-mnist-tonight", "#1");
  const constant = lineOf("rn2-mnist-tonight", "#2");
  says(paper, "NC2, NC3 and the head part are below 0 with their whole intervals", () => {
    for (const id of ["nc1", "nc2", "nc3", "head"] as const) expect(interval(falling, id).high).toBeLessThan(0);
  });
  says(paper, "but only NC2 falls from each depth to the next", () => {
    fall(falling, ["nc2"]);
    for (const id of ["nc1", "nc3", "head"] as const) expect(() => fall(falling, [id])).toThrow();
  });
  says(paper, "NC1's interval reaches beyond both edges of the band", () => covers(falling, "nc1", theBand));
  says(paper, "With constant λ no metric has a slope whose interval leaves out 0", () => {
    for (const id of ["nc1", "nc2", "nc3", "head", "representation", "total", "ridge"] as const) covers(constant, id, [0]);
  });
  says(readme, "With constant λ it has no trend", () => covers(constant, "nc1", [0]));
  says(paper, "leaves out neither a flat curve nor the band", () => covers(constant, "nc1", [0, -0.25]));
  const shares = (depth: number) => atDepth(constant.kept, depth).map((run) => lastValue(run, "train/gap.representation"));
  says(paper, "At L = 3 and L = 13 the representation part of all three runs is below 10⁻⁴ L*", () => {
    for (const depth of [3, 13]) {
      expect(shares(depth)).toHaveLength(3);
      expect(Math.max(...shares(depth))).toBeLessThan(1e-4);
    }
  });
  says(paper, "At L = 2 and L = 8 some runs did so and some did not", () => {
    for (const depth of [2, 8]) {
      expect(Math.min(...shares(depth))).toBeLessThan(1e-4);
      expect(Math.max(...shares(depth))).toBeGreaterThan(0.05);
    }
  });
  says(paper, "does the interval of the slope of the total gap or of the regularization loss leave out 0", () => {
    for (const line of [falling, constant]) for (const id of ["total", "ridge"] as const) covers(line, id, [0]);
  });
  says(paper, "the representation part is lowest at L = 2", () =>
    expect(Math.min(...means(falling, "representation"))).toBe(mean(falling, "representation", 2)),
  );
});

describe("rn1-t11-mnist-tonight", () => {
  const rn1 = lineOf("rn1-t11-mnist-tonight", "RN1");
  const t11 = lineOf("rn1-t11-mnist-tonight", "T11");
  const six = ["nc1", "nc2", "nc3", "head", "total", "ridge"] as ColumnId[];
  says(
    paper,
    "For RN1 all of NC1, NC2, NC3, the head part, the total gap and the regularization loss fall from each depth to the next, although the representation part rises.",
    () => {
      fall(rn1, six);
      rise(rn1, ["representation"]);
    },
  );
  says(readme, "RN1's NC1, NC2, NC3, total gap and regularization loss fall from each depth to the next; NC1, by", () =>
    fall(rn1, six),
  );
  for (const page of [paper, readme])
    says(page, "within the band", () => expect(bandClaim(fitOf(rn1, "nc1"), theBand)).toBe("within"));
  says(paper, "For T11 NC1 falls from each depth to the next, with the slope", () => fall(t11, ["nc1"]));
  says(paper, "whose interval covers the band. NC2, NC3 and the head part", () => covers(t11, "nc1", theBand));
  says(paper, "NC2, NC3 and the head part fall to L = 8 and are higher at L = 13. So is the total gap", () => {
    for (const id of ["nc2", "nc3", "head", "total"] as const) {
      fall(t11, [id], 2, 8);
      expect(mean(t11, id, 13)).toBeGreaterThan(mean(t11, id, 8));
    }
  });
  says(readme, "T11's NC1 falls to L = 13, its NC2, NC3 and total gap to L = 8.", () => {
    fall(t11, ["nc1"]);
    fall(t11, ["nc2", "nc3", "total"], 2, 8);
    for (const id of ["nc2", "nc3", "total"] as const) expect(mean(t11, id, 13)).toBeGreaterThan(mean(t11, id, 8));
  });
  says(paper, "the regularization loss is lowest at L = 8 and highest at L = 13", () => {
    expect(Math.min(...means(t11, "ridge"))).toBe(mean(t11, "ridge", 8));
    expect(Math.max(...means(t11, "ridge"))).toBe(mean(t11, "ridge", 13));
  });
  says(paper, "The intervals of the slopes of these two cover 0.", () => {
    for (const id of ["total", "ridge"] as const) covers(t11, id, [0]);
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
    for (const line of all.filter((one) => one !== features)) {
      expect(value(features, "nc1")).toBeLessThan(value(line, "nc1"));
      if (Number.isFinite(value(line, "total"))) expect(value(features, "total")).toBeLessThan(value(line, "total"));
    }
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

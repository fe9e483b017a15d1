import { afterAll, describe, expect, test } from "vitest";
import { readCsv } from "../../../../server/imports/features/readCsv.ts";
import { ReadingFolder, valuesOf } from "../../../support/builders/arrayFiles.ts";

const folder = new ReadingFolder();
afterAll(() => folder.close());
async function read(text: string, labelColumn?: string) {
  const scratch = folder.scratch();
  const { arrays, classNames } = await readCsv(await folder.open("H.csv", Buffer.from(text), scratch), scratch, labelColumn);
  return { shape: arrays[0].shape, features: await valuesOf(arrays[0]), labels: await valuesOf(arrays[1]), classNames };
}

describe("features of a CSV file", () => {
  test.each<[string, string, string | undefined]>([
    ["the label is the last column", "1,2,0\n3,-4.5e1,1\n", undefined],
    ["the column that is called a label", "label,h0,h1\n0,1,2\n1,3,-45\n", undefined],
    ["the column that a person names", "h0;group;h1\r\n1;0;2\r\n3;1;-45", "group"],
    ["tabs, quotes, empty lines, a mark of byte order", '﻿"h0"\t"h1"\t"y"\n\n1\t2\t0\n\n"3"\t-45\t1\n\n', undefined],
  ])("%s", async (_, text, column) => {
    expect(await read(text, column)).toEqual({ shape: [2, 2], features: [1, 2, 3, -45], labels: [0, 1], classNames: null });
  });

  test("labels that are texts are numbered in their order, and keep their names", async () => {
    expect(await read("x,label\n1,dog\n2,cat\n3,dog\n4,ant\n")).toEqual({
      ...{ shape: [4, 1], features: [1, 2, 3, 4] },
      ...{ labels: [2, 1, 2, 0], classNames: ["ant", "cat", "dog"] },
    });
  });

  test("more samples than one part holds", async () => {
    const { shape, labels } = await read(Array.from({ length: 70_000 }, (_, i) => `${i},${i % 7}`).join("\n"));
    expect(shape).toEqual([70_000, 1]);
    expect(labels.slice(65_534, 65_540)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(labels).toHaveLength(70_000);
  });

  test.each<[string, string, string | undefined, string]>([
    ["nothing", "", undefined, "H.csv has no samples: one a line was expected."],
    ["a head alone", "a,label\n", undefined, "H.csv has no samples: one a line was expected."],
    ["one column", "1\n2\n", undefined, "H.csv has 1 columns in line 1; 2 to 100,000 were expected: features, and one label."],
    [
      "a text among numbers",
      "1,2,0\n3,four,1\n",
      undefined,
      'H.csv has "four" in line 2, column 2; a finite number was expected.',
    ],
    ["NaN", "1,2,0\n3,NaN,1\n", undefined, 'H.csv has "NaN" in line 2, column 2; a finite number was expected.'],
    ["infinity", "1,2,0\n3,1e999,1\n", undefined, 'H.csv has "1e999" in line 2, column 2; a finite number was expected.'],
    ["a gap", "1,2,0\n3,,1\n", undefined, 'H.csv has "" in line 2, column 2; a finite number was expected.'],
    ["a formula", "1,2,0\n3,=1+1,1\n", undefined, 'H.csv has "=1+1" in line 2, column 2; a finite number was expected.'],
    ["a short line", "1,2,0\n3,4\n", undefined, "H.csv cannot be read as CSV: Invalid Record Length: expect 3, got 2 on line 2."],
    [
      "an open quote",
      '1,2,0\n"3,4,5\n',
      undefined,
      "H.csv cannot be read as CSV: Quote Not Closed: the parsing is finished with an opening quote at line 2.",
    ],
    ["a column that is not there", "a,b\n1,0\n", "y", 'H.csv has no column "y" for the labels: it has "a", "b".'],
    ["a column without a head", "1,0\n", "y", 'H.csv has no first line with names of columns, so no column "y" for the labels.'],
    [
      "a label that is a text among numbers",
      "1,0\n2,cat\n",
      undefined,
      'H.csv has the label "cat" in line 2; a number was expected, as in the lines before.',
    ],
  ])("%s is refused by its line", async (_, text, column, message) => {
    await expect(read(text, column)).rejects.toMatchObject({ name: "Failure", code: "INVALID", message });
  });

  test("a line without end is refused before it fills the memory", async () => {
    await expect(read("1".repeat(5_000_000))).rejects.toThrow("H.csv cannot be read as CSV: Max Record Size");
  });
});

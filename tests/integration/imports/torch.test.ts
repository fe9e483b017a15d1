import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readTorch } from "../../../server/imports/formats/readTorch.ts";
import { ReadingFolder, valuesOf } from "../../support/builders/arrayFiles.ts";
import { findPython } from "../../support/processes/findPython.ts";

const folder = new ReadingFolder();
afterAll(() => folder.close());

const python = findPython("torch", "numpy");
test.skipIf(python === null)("what this machine's PyTorch and NumPy write (skipped where no python3 has torch)", async () => {
  const path = join(folder.path, "own.pt");
  const script = `
import sys, torch
from torch import nn
H = torch.arange(12, dtype=torch.float32).reshape(4, 3) / 8
model = nn.Linear(3, 2)
torch.save({"h1": H[1:, :2], "half": H.half(), "labels": torch.tensor([0, 1, 0, 1], dtype=torch.uint8), "epoch": 9, **model.state_dict()}, sys.argv[1])
print(model.weight.double().flatten().tolist())`;
  const { stdout, status } = spawnSync(python!, ["-c", script, path], { encoding: "utf8" });
  expect(status).toBe(0);
  const scratch = folder.scratch();
  const { arrays, numbers } = await readTorch(await scratch.file(path, "own.pt"), scratch);
  const byName = new Map(arrays.map((array) => [array.name, array]));
  expect([...byName.keys()]).toEqual(["h1", "half", "labels", "weight", "bias"]);
  expect(numbers.get("epoch")).toBe(9);
  expect(await valuesOf(byName.get("h1"))).toEqual([0.375, 0.5, 0.75, 0.875, 1.125, 1.25]);
  expect(await valuesOf(byName.get("half"))).toEqual([0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1, 1.125, 1.25, 1.375]);
  expect(await valuesOf(byName.get("labels"))).toEqual([0, 1, 0, 1]);
  expect(await valuesOf(byName.get("weight"))).toEqual(JSON.parse(stdout));
});

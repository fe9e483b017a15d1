import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { SumsEvent } from "../../../contract/external/externalRequests.ts";
import { assemble } from "../../../server/imports/features/assemble.ts";
import { measureSet } from "../../../server/imports/features/measureSet.ts";
import { nameArrays } from "../../../server/imports/features/namedArray.ts";
import { readFile } from "../../../server/imports/features/readFile.ts";
import { float32, float64, int64, npy, ReadingFolder, zip } from "../../support/builders/arrayFiles.ts";
import { projectRoot } from "../../support/processes/server.ts";
import { pythonWith, runPython } from "../python/python.ts";

const folder = new ReadingFolder();
afterAll(() => folder.close());
const python = pythonWith("numpy");

const numbers = (text: string) => [...new Float64Array(Uint8Array.from(Buffer.from(text, "base64")).buffer)];

/** Largest |a − b| relative to the largest |b|. */
function apart(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  expect(left.length).toBe(right.length);
  return Math.max(...left.map((value, at) => Math.abs(value - right[at]!))) / Math.max(...right.map(Math.abs));
}

test.skipIf(!python)(
  `a file of features has the sums that collapsar.py sends of them${python ? "" : " (skipped: no python3 with numpy here)"}`,
  async () => {
    const script = join(projectRoot, "tests/integration/python/dump_sums.py");
    const { stdout, stderr, status } = runPython(python!, [script, join(projectRoot, "server/python/collapsar.py")]);
    expect(status, stderr).toBe(0);
    const { H, y, W, b, sums } = JSON.parse(stdout) as Record<"H" | "y" | "W" | "b", number[]> & { sums: SumsEvent };
    const [samples, classes] = [y.length, b.length];
    const arrays = {
      "H.npy": npy("<f4", [samples, H.length / samples], float32(...H)),
      "y.npy": npy("<i8", [samples], int64(...y)),
      "W.npy": npy("<f8", [classes, W.length / classes], float64(...W)),
      "b.npy": npy("<f8", [classes], float64(...b)),
    };
    const scratch = folder.scratch();
    const read = await readFile(folder.write("ep1.npz", await zip(arrays)), "ep1.npz", scratch);
    const { event } = await measureSet(assemble(nameArrays("ep1.npz", read).arrays, new Map(), null).sets[0]!, null, {
      loss: "ce",
    });
    const [own, theirs] = [event.layers[0]!, sums.layers[0]!];
    expect(own).toMatchObject({
      name: theirs.name,
      dim: theirs.dim,
      counts: theirs.counts,
      labelMisses: theirs.labelMisses,
      predictionMisses: theirs.predictionMisses,
    });
    expect(apart(own.means, theirs.means)).toBeLessThan(1e-15);
    expect(apart(own.within, theirs.within)).toBeLessThan(1e-12);
    expect(apart(own.moments!, theirs.moments!)).toBeLessThan(1e-11);
    expect(event.head).toEqual(sums.head);
    expect(event.cosines!.sum / sums.cosines!.sum).toBeCloseTo(1, 13);
    expect(event.accuracy).toBe(sums.accuracy);
    expect(event.fit! / sums.fit!).toBeCloseTo(1, 13);
  },
);

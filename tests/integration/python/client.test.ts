import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { centredMoments } from "../../../math/collapse/centredMoments.ts";
import { classStatistics } from "../../../math/collapse/classStatistics.ts";
import { cosineGaps } from "../../../math/collapse/cosineGaps.ts";
import { matrix } from "../../../math/linear/matrix.ts";
import { clientSource } from "../../../server/program/clientSource.ts";
import { projectRoot, TestServer } from "../../support/processes/server.ts";
import { pythonWith, runPython } from "./python.ts";

const client = join(projectRoot, "server/python/collapsar.py");
const here = join(projectRoot, "tests/integration/python");
const plain = pythonWith();
const numeric = pythonWith("numpy");
const torch = pythonWith("numpy, torch");
const lacking = (program: string | undefined, what: string) =>
  program === undefined ? ` (skipped: no python3 with ${what} here)` : "";

interface Sums {
  layers: [Record<"counts" | "means" | "within" | "moments", string> & { labelMisses: number; predictionMisses: number }];
  cosines: { sum: number; zeroVectors: number };
  accuracy: number;
  fit: number;
}

const unpacked = (text: string): Float64Array => {
  const bytes = Buffer.from(text, "base64");
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(i * 8));
};

/** Largest |a − b| relative to the largest |b|. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let [gap, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    gap = Math.max(gap, Math.abs(a[i]! - b[i]!));
    size = Math.max(size, Math.abs(b[i]!));
  }
  return gap / size;
}

describe("The Python client", () => {
  test.skipIf(!plain)(`keeps, sends and says what its own tests ask for${lacking(plain, "anything")}`, () => {
    const { status, stderr } = runPython((numeric ?? plain)!, [join(here, "test_client.py")]);
    expect(stderr).toContain("Ran 37 tests");
    expect(status, stderr).toBe(0);
  });

  test.skipIf(!torch)(`measures torch models and leaves them as they were${lacking(torch, "numpy and torch")}`, () => {
    const { status, stderr } = runPython(torch!, [join(here, "test_measure.py")]);
    expect(stderr).toContain("Ran 26 tests");
    expect(stderr).not.toContain("skipped");
    expect(status, stderr).toBe(0);
  });

  test.skipIf(!plain)(`is used in README.md as it works${lacking(plain, "anything")}`, () => {
    const { status, stderr } = runPython((torch ?? plain)!, [join(here, "test_readme.py")]);
    expect(stderr).toContain("Ran 4 tests");
    expect(status, stderr).toBe(0);
  });

  test.skipIf(!numeric)(`adds up what math/ adds up${lacking(numeric, "numpy")}`, () => {
    const { status, stdout, stderr } = runPython(numeric!, [join(here, "dump_sums.py"), client]);
    expect(status, stderr).toBe(0);
    const { H, y, W, b, sums } = JSON.parse(stdout) as Record<"H" | "y" | "W" | "b", number[]> & { sums: Sums };
    const features = Float64Array.from(H);
    const weights = matrix(10, 24, Float64Array.from(W));
    const statistics = classStatistics(features, y, 10, 24);
    const logits = y.map((_, i) => b.map((bias, k) => bias + dot(H, i * 24, W, k * 24, 24)));
    const predictions = logits.map((row) => row.indexOf(Math.max(...row)));
    const moments = centredMoments({ features, labels: y, statistics, predictions });
    const gaps = cosineGaps(features, y, weights);
    const [layer] = sums.layers;
    expect(unpacked(layer.counts)).toEqual(statistics.counts);
    expect(apart(unpacked(layer.means), statistics.means.data)).toBeLessThan(1e-14);
    expect(apart(unpacked(layer.within), statistics.scatter)).toBeLessThan(1e-10);
    expect(apart(unpacked(layer.moments), moments.moments.data)).toBeLessThan(1e-10);
    expect(layer.labelMisses).toBe(moments.labelMisses);
    expect(layer.predictionMisses).toBe(moments.predictionMisses);
    expect(sums.cosines.zeroVectors).toBe(0);
    expect(sums.cosines.sum / gaps.sum).toBeCloseTo(1, 12);
    expect(sums.accuracy).toBe(predictions.filter((class_, i) => class_ === y[i]).length / y.length);
    const losses = logits.map((row, i) => {
      const most = Math.max(...row);
      return most - row[y[i]!]! + Math.log(row.reduce((sum, z) => sum + Math.exp(z - most), 0));
    });
    expect(sums.fit / (losses.reduce((sum, loss) => sum + loss, 0) / y.length)).toBeCloseTo(1, 10);
  });

  test.skipIf(!plain)(`runs on Python 3.9${lacking(plain, "anything")}`, () => {
    const check = "import ast, sys; ast.parse(open(sys.argv[1], encoding='utf-8').read(), feature_version=(3, 9))";
    expect(runPython(plain!, ["-c", check, client]).stderr).toBe("");
  });

  test("has the version of the package", () => {
    const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: string };
    expect(readFileSync(client, "utf8")).toContain(`\n__version__ = "${version}"\n`);
    expect(clientSource('1.2+abc" (unknown revision)', '# a\n__version__ = "0"\n')).toBe(
      '# a\n__version__ = "1.2+abc (unknown revision)"\n',
    );
  });

  test("is handed to everyone by a server with a sign-in, with that server's version and nothing secret", async () => {
    const server = await TestServer.start({ singleUser: false });
    try {
      const answer = await fetch(`${server.url}/collapsar.py`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("text/x-python; charset=utf-8");
      const text = await answer.text();
      expect(text).not.toContain(server.keptKey);
      const told = /^__version__ = "(.*)"$/m.exec(text)![1];
      await server.signIn();
      expect(told).toBe((await server.call("about.program")).version);
      expect(text.replace(/^__version__ = .*$/m, "")).toBe(readFileSync(client, "utf8").replace(/^__version__ = .*$/m, ""));
      expect((await fetch(`${server.url}/collapsar.py`, { method: "POST" })).status).toBe(405);
      expect((await fetch(`${server.url}/collapsar.pyc`)).status).toBe(401);
    } finally {
      await server.stop();
    }
  });
});

const dot = (a: readonly number[], i: number, b: readonly number[], j: number, length: number): number => {
  let sum = 0;
  for (let at = 0; at < length; at++) sum += a[i + at]! * b[j + at]!;
  return sum;
};

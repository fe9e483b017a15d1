import { describe, expect, test } from "vitest";
import { createEngine } from "../../../../workers/engine/createEngine.ts";
import { judgeProduct, knownProduct, multiply } from "../../../../workers/engine/knownProduct.ts";
import { probeBackend } from "../../../../workers/engine/probeBackend.ts";

/** Keeps so many bits of a number, rounding to nearest, ties to even. */
function roundTo(bits: number) {
  return (x: number) => {
    if (x === 0) return 0;
    const unit = 2 ** (Math.floor(Math.log2(Math.abs(x))) - bits + 1);
    const low = Math.floor(x / unit);
    const rest = x / unit - low;
    return (rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low) * unit;
  };
}
const cut = (bits: number) => (x: number) => {
  const unit = x === 0 ? 1 : 2 ** (Math.floor(Math.log2(Math.abs(x))) - bits + 1);
  return Math.trunc(x / unit) * unit;
};
const half = (x: number) => (Math.abs(roundTo(11)(x)) > 65504 ? Math.sign(x) * Number.POSITIVE_INFINITY : roundTo(11)(x));

const sizes = [
  [32, 64, 48],
  [512, 128, 256],
] as const;

describe.each(sizes)("a product of [%i, %i] and [.., %i]", (...size) => {
  const known = knownProduct(...size);
  const judge = (round: (x: number) => number) => judgeProduct(known, multiply(known, round));

  test("is the same in float32 whatever the order of its sums", () => {
    const { rows, inner, columns, left, right } = known;
    const backwards = new Float32Array(rows * columns);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = inner - 1; k >= 0; k--) sum = Math.fround(sum + Math.fround(left[i * inner + k] * right[k * columns + j]));
        backwards[i * columns + j] = sum;
      }
    expect(judgeProduct(known, backwards)).toBe("float32");
    expect(Math.max(...known.product.slice(0, 1_000).map(Math.abs))).toBeLessThan(2 ** 24);
  });

  test("is changed by TF32, whether it rounds or cuts off, on both sides or on one", () => {
    expect(judge(roundTo(11))).toBe("tf32");
    expect(judge(cut(11))).toBe("tf32");
    for (const side of ["left", "right"] as const) {
      const rounded = { ...known, [side]: known[side].map(roundTo(11)) };
      expect(
        judgeProduct(
          known,
          multiply(rounded, (x) => x),
        ),
        side,
      ).toBe("tf32");
    }
    expect(judge(roundTo(15))).toBe("tf32");
  });

  test("is wrong in bfloat16 and in half precision, on both sides or on one", () => {
    expect(judge(roundTo(8))).toEqual({ wrong: expect.stringMatching(/^products of matrices are off by 0\.\d+ %$/) });
    for (const side of ["left", "right"] as const) {
      const rounded = { ...known, [side]: known[side].map(roundTo(8)) };
      expect(
        judgeProduct(
          known,
          multiply(rounded, (x) => x),
        ),
        side,
      ).toHaveProperty("wrong");
    }
    expect(judge(half)).toEqual({ wrong: "products of matrices are off by more than any bound" });
  });

  test("a single wrong number is noticed", () => {
    for (const value of [0, Number.NaN, Number.POSITIVE_INFINITY, known.product[7] * 1.5 + 2 ** 20]) {
      expect(judgeProduct(known, known.product.with(7, value)), String(value)).toHaveProperty("wrong");
    }
    expect(judgeProduct(known, new Float32Array(known.product.length))).toHaveProperty("wrong");
  });
});

test("this machine's CPU is exact, compiled and eager", async () => {
  expect((await createEngine({ device: "cpu", engine: "compiled" })).choice.precision).toBe("float32");
  expect(await probeBackend("cpu", "cpu")).toEqual({ precision: "float32" });
});

import { expect, test } from "vitest";
import { type PlotFrame, placeReferences } from "../../../../../app/charts/layout/placeReferences.ts";

const frame: PlotFrame = {
  xKind: "linear",
  yKind: "linear",
  xDomain: [0, 10],
  area: { x: 50, y: 0, width: 400, height: 200 },
  px: (at: number) => 50 + 40 * at,
  py: (at: number) => 200 - 2 * at,
};

test("a line goes across, along its points, or in pieces", () => {
  const [across, along, pieces] = placeReferences(
    [
      { y: 50, label: "L*" },
      {
        y: 10,
        label: "of x",
        points: [
          { x: 0, y: 10 },
          { x: 5, y: 20 },
        ],
      },
      {
        y: 30,
        label: "each",
        pieces: [
          { from: 0, to: 1, y: 30 },
          { from: 2, to: 3, y: 40 },
        ],
      },
    ],
    frame,
  );
  expect(across).toMatchObject({ path: "M50.0,100.0L450.0,100.0", x: 444, anchor: "end" });
  expect(along?.path).toBe("M50.0,180.0L250.0,160.0");
  expect(pieces).toMatchObject({ path: "M50.0,140.0L90.0,140.0M130.0,120.0L170.0,120.0", x: 175, anchor: "start" });
});

test("labels at one end do not lie on each other, and stay where they have room", () => {
  const labelled = (ys: number[]) =>
    placeReferences(
      ys.map((y) => ({ y, label: String(y) })),
      frame,
    ).map(({ y }) => y);
  const [a = 0, b = 0] = labelled([50, 51]);
  expect(a - b).toBeCloseTo(12, 6);
  expect(labelled([20, 80])).toEqual([155, 35]);
  expect(
    placeReferences(
      [
        { y: 50, label: "a", labelAt: "left" },
        { y: 51, label: "b" },
      ],
      frame,
    ).map(({ y }) => y),
  ).toEqual([95, 93]);
});

test("labels that begin at different places do not lie on each other either", () => {
  const piece = (from: number, to: number, y: number, label: string) => ({ y, label, pieces: [{ from, to, y }] });
  const [a, b] = placeReferences([piece(0, 1, 50, "UFM optimum, RN1"), piece(1, 2, 51, "UFM optimum, RN2")], frame);
  expect([a?.x, b?.x]).toEqual([95, 135]);
  expect(Math.abs((a?.y ?? 0) - (b?.y ?? 0))).toBeCloseTo(12, 6);
  const [c, d] = placeReferences([piece(0, 1, 50, "L*"), piece(4, 5, 51, "L*")], frame);
  expect([c?.y, d?.y]).toEqual([103.5, 101.5]);
});

test("what has no place on the axis is not drawn", () => {
  expect(placeReferences([{ y: 0, label: "zero" }], { ...frame, yKind: "log10" })).toEqual([]);
});

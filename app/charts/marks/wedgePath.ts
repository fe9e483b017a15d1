import { toPlot } from "../axes/plotCoordinates.ts";
import type { Wedge } from "../chartTypes.ts";

/** Whether a sector has a place on logarithmic axes. */
export const isDrawable = ({ x, y, from, to }: Wedge): boolean =>
  [x, y, from, to].every((value) => toPlot(value, "log10") !== null);

/** The two triangles between the slopes, left and right of the centre; x is log2 and y log10 in plot coordinates. */
export function wedgePath(wedge: Wedge, px: (at: number) => number, py: (at: number) => number): string {
  // In logarithms: the power itself may be no number.
  const corner = (x: number, slope: number) =>
    `${px(Math.log2(x)).toFixed(1)},${py(Math.log10(wedge.y) + slope * Math.log10(x / wedge.x)).toFixed(1)}`;
  const centre = `${px(Math.log2(wedge.x)).toFixed(1)},${py(Math.log10(wedge.y)).toFixed(1)}`;
  const [a, b] = wedge.slopes;
  return `M${centre}L${corner(wedge.from, a)}L${corner(wedge.from, b)}ZM${centre}L${corner(wedge.to, a)}L${corner(wedge.to, b)}Z`;
}

"use client";
import { useId } from "react";
import { usePlotArea, useXAxisScale, useYAxisScale } from "recharts";
import { type AxisKind, toPlot } from "../axes/plotCoordinates.ts";
import type { DropMark, ReferenceMark, Wedge } from "../chartTypes.ts";
import { heldPixel } from "../layout/chartGeometry.ts";
import { placeReferences } from "../layout/placeReferences.ts";
import { isDrawable, wedgePath } from "./wedgePath.ts";

interface ChartMarksProps {
  xKind: AxisKind;
  yKind: AxisKind;
  xDomain: [number, number];
  yDomain: [number, number];
  minorX: readonly number[];
  minorY: readonly number[];
  wedges: readonly Wedge[];
  references: readonly ReferenceMark[];
  drops: readonly DropMark[];
  floor: { y: number; label: string } | null;
}

/** What is drawn under the lines: minor ticks, the numeric floor, theory's sector of slopes, reference lines, marked places. */
export function ChartMarks(props: ChartMarksProps) {
  const { xKind, yKind, xDomain, yDomain, minorX, minorY, wedges, references, drops, floor } = props;
  const clip = useId();
  const area = usePlotArea();
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (!area || !xScale || !yScale) return null;
  const px = (at: number) => heldPixel(xScale(at));
  const pyFree = (at: number) => heldPixel(yScale(at));
  const py = (at: number) => Math.min(area.y + area.height, Math.max(area.y, pyFree(at)));
  const bottom = area.y + area.height;
  const floorAt = floor === null ? null : toPlot(floor.y, yKind);
  const hasFloor = floor !== null && floorAt !== null && yKind === "log10" && floorAt > yDomain[0];
  return (
    <g style={{ pointerEvents: "none" }}>
      {minorX.map((at) => (
        <line key={`x${at}`} x1={px(at)} x2={px(at)} y1={bottom} y2={bottom + 3} stroke="var(--chart-axis)" />
      ))}
      {minorY.map((at) => (
        <line key={`y${at}`} x1={area.x - 3} x2={area.x} y1={py(at)} y2={py(at)} stroke="var(--chart-axis)" />
      ))}
      <clipPath id={clip}>
        <rect x={area.x} y={area.y} width={area.width} height={area.height} />
      </clipPath>
      <g clipPath={`url(#${clip})`}>
        {hasFloor && (
          <g>
            <rect
              x={area.x}
              y={py(Math.min(floorAt, yDomain[1]))}
              width={area.width}
              height={bottom - py(Math.min(floorAt, yDomain[1]))}
              fill="var(--chart-floor)"
            />
            <text x={area.x + 6} y={bottom - 6} fontSize={10} fill="var(--ink-faint)">
              {floor.label}
            </text>
          </g>
        )}
        {wedges.filter(isDrawable).map((wedge) => (
          <path
            key={wedge.label}
            d={wedgePath(wedge, px, pyFree)}
            fill="var(--chart-theory)"
            fillOpacity={0.16}
            stroke="var(--chart-theory)"
            strokeOpacity={0.5}
            strokeWidth={0.75}
            strokeDasharray="2 3"
          />
        ))}
        {drops.map((drop, index) => {
          const [atX, atY] = [toPlot(drop.x, xKind), toPlot(drop.y, yKind)];
          if (atX === null || atY === null) return null;
          const [cx, cy] = [px(atX), py(atY)];
          const toLeft = cx > area.x + area.width - 60;
          return (
            <g key={drop.id} data-drop={drop.id}>
              <path
                d={`M${cx.toFixed(1)},${cy.toFixed(1)}V${bottom}`}
                stroke={drop.colour}
                strokeWidth={1.5}
                strokeDasharray="1.5 2.5"
                fill="none"
              />
              <path d={`M${(cx - 4).toFixed(1)},${bottom - 7}h8l-4,7Z`} fill={drop.colour} />
              <text
                x={cx + (toLeft ? -6 : 6)}
                y={bottom - 6 - 12 * index}
                textAnchor={toLeft ? "end" : "start"}
                fontSize={10}
                fill="var(--ink-soft)"
                stroke="var(--surface)"
                strokeWidth={3}
                paintOrder="stroke"
              >
                {drop.label}
              </text>
            </g>
          );
        })}
        {placeReferences(references, { xKind, yKind, xDomain, area, px, py: pyFree }).map(({ label, path, x, y, anchor }) => (
          <g key={label}>
            <path d={path} fill="none" stroke="var(--chart-theory)" strokeWidth={1.25} strokeDasharray="6 4" />
            <text
              x={x}
              y={y}
              textAnchor={anchor}
              fontSize={10}
              fill="var(--ink-faint)"
              stroke="var(--surface)"
              strokeWidth={3}
              paintOrder="stroke"
            >
              {label}
            </text>
          </g>
        ))}
      </g>
    </g>
  );
}

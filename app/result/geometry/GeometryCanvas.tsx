"use client";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { classLabel } from "../../../contract/data/classNames.ts";
import type { GeometrySnapshot } from "../../../contract/wire/runEvents.ts";
import { storableText } from "../../../contract/wireText.ts";
import { useWidth } from "../../charts/useWidth.ts";
import { classColour } from "../model/geometry/classColour.ts";
import { multiplyRotations, type Rotation, radiusOf, rotated, startRotation, turnX, turnY } from "../model/geometry/rotate3d.ts";
import { classesOf } from "../model/metrics/shownClasses.ts";

interface GeometryCanvasProps {
  snapshot: GeometrySnapshot;
  framing: Framing;
  height: number;
  /** Written next to the means where there are few; numbers otherwise. */
  classNames: readonly string[] | undefined;
  rotation: Rotation;
  onRotation: (turn: (rotation: Rotation) => Rotation) => void;
}

/** With more classes their names would cover the picture. */
const maxNamed = 12;
const maxNameLength = 12;

function shortNames(classNames: readonly string[] | undefined, snapshot: GeometrySnapshot): readonly string[] {
  return classesOf(snapshot).map((label, k) => {
    const name = snapshot.classes <= maxNamed ? classLabel(classNames, k) : String(label);
    return storableText(name, maxNameLength);
  });
}

/** Class means and samples in three principal directions with the ideal simplex, turned by dragging or with the arrow keys. */
export function GeometryCanvas({
  snapshot,
  framing,
  height,
  classNames,
  rotation,
  onRotation: setRotation,
}: GeometryCanvasProps) {
  const [box, width] = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [ink, setInk] = useState<Ink | null>(null);
  const from = useRef<{ x: number; y: number } | null>(null);

  useEffect(() => {
    // Read when the theme changes and not while drawing, which would make the browser lay out the page each time.
    const redraw = () => canvas.current && setInk(readInk(getComputedStyle(canvas.current)));
    redraw();
    const media = matchMedia("(prefers-color-scheme: dark)");
    media.addEventListener("change", redraw);
    const observer = new MutationObserver(redraw);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "style", "class"] });
    return () => {
      media.removeEventListener("change", redraw);
      observer.disconnect();
    };
  }, []);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || width === 0 || ink === null) return;
    const density = window.devicePixelRatio || 1;
    element.width = width * density;
    element.height = height * density;
    context.setTransform(density, 0, 0, density, 0, 0);
    draw(context, snapshot, shortNames(classNames, snapshot), rotation, framing, width, height, ink);
  }, [snapshot, classNames, rotation, framing, width, height, ink]);

  const turn = (dx: number, dy: number) =>
    setRotation((before) => multiplyRotations(multiplyRotations(turnY(dx * 0.008), turnX(dy * 0.008)), before));
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: [-14, 0], ArrowRight: [14, 0], ArrowUp: [0, -14], ArrowDown: [0, 14] }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    turn(step[0] as number, step[1] as number);
  };
  return (
    <div ref={box} className="relative min-w-0" style={{ height }}>
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label={`${pictureParts(snapshot).join(", ")} of ${snapshot.classes} classes at step ${snapshot.step}; arrow keys rotate it. The matrices next to it show its numbers.`}
        className="absolute inset-0 size-full cursor-grab touch-pan-y rounded-md active:cursor-grabbing"
        onKeyDown={onKeyDown}
        onDoubleClick={() => setRotation(() => startRotation)}
        onPointerDown={(event: PointerEvent<HTMLCanvasElement>) => {
          from.current = { x: event.clientX, y: event.clientY };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          if (from.current === null) return;
          turn(event.clientX - from.current.x, event.clientY - from.current.y);
          from.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerUp={() => {
          from.current = null;
        }}
        onPointerCancel={() => {
          from.current = null;
        }}
      />
    </div>
  );
}

/** What is drawn, for those who do not see it. */
const pictureParts = ({ samples, ideal }: GeometrySnapshot): string[] => [
  "Class means",
  ...(samples.length > 0 ? ["samples"] : []),
  ...(ideal.length > 0 ? ["ideal simplex"] : []),
];

/** How the numbers of snapshots become a picture: the same for all of them, so that it holds still while playing. */
interface Framing {
  /** Largest size of a coordinate, in which all are measured: their squares would be no numbers where they are huge or tiny. */
  unit: number;
  /** Distance from the centre that fills the picture, in units. */
  radius: number;
}

/** Holds the means and the simplex of every snapshot, with a little air. */
export function framingOf(snapshots: readonly GeometrySnapshot[]): Framing {
  let unit = 0;
  for (const { means, ideal } of snapshots) for (const value of [...means, ...ideal]) unit = Math.max(unit, Math.abs(value));
  if (unit === 0) return { unit: 1, radius: 1 };
  const within = (points: readonly number[]) => radiusOf(points.map((value) => value / unit));
  return { unit, radius: 1.1 * Math.max(...snapshots.map(({ means, ideal }) => Math.max(within(means), within(ideal)))) };
}

/** A canvas draws nothing of a path with a number that it cannot hold. */
const farthest = 1e6;
const held = (pixel: number) => Math.min(farthest, Math.max(-farthest, pixel));

function draw(
  context: CanvasRenderingContext2D,
  snapshot: GeometrySnapshot,
  names: readonly string[],
  rotation: Rotation,
  { unit, radius }: Framing,
  width: number,
  height: number,
  { dark, edge, text, surface, font }: Ink,
): void {
  context.clearRect(0, 0, width, height);
  const scale = Math.min(width, height) / 2 / radius;
  const place = ([x, y]: readonly [number, number, number]) =>
    [held(width / 2 + x * scale), held(height / 2 - y * scale)] as const;
  const { classes, labels } = snapshot;
  // Samples may lie far beyond the means.
  const [means, ideal, samples] = [snapshot.means, snapshot.ideal, snapshot.samples].map((points) =>
    points.map((value) => Math.min(farthest, Math.max(-farthest, value / unit))),
  ) as [number[], number[], number[]];
  // None where the dimension leaves no room for a simplex.
  const corners = ideal.length / 3;
  const vertices = Array.from({ length: corners }, (_, k) => rotated(ideal, k, rotation));
  context.lineWidth = 1;
  context.strokeStyle = edge;
  context.setLineDash([4, 4]);
  context.globalAlpha = classes > 6 ? 0.28 : 0.55;
  context.beginPath();
  for (let a = 0; a < corners; a++)
    for (let b = a + 1; b < corners; b++) {
      context.moveTo(...place(vertices[a] as [number, number, number]));
      context.lineTo(...place(vertices[b] as [number, number, number]));
    }
  context.stroke();
  context.setLineDash([]);

  // One path a class and side: hundreds of single dots would cost more than everything else on the page.
  const dots = labels.map((label, i) => ({ label, point: rotated(samples, i, rotation) }));
  const paintDots = (near: boolean) => {
    context.globalAlpha = 0.55;
    for (let k = 0; k < classes; k++) {
      context.fillStyle = classColour(k, dark);
      context.beginPath();
      for (const { label, point } of dots) {
        if (label !== k || point[2] >= 0 !== near) continue;
        const [x, y] = place(point);
        context.moveTo(x + 2, y);
        context.arc(x, y, 2, 0, 2 * Math.PI);
      }
      context.fill();
    }
  };
  paintDots(false);

  // Far things first, so that near ones cover them.
  const things: { z: number; paint: () => void }[] = [{ z: 0, paint: () => paintDots(true) }];
  for (const vertex of vertices)
    things.push({
      z: vertex[2] - 1e-9,
      paint: () => {
        const [x, y] = place(vertex);
        context.globalAlpha = 0.9;
        context.strokeStyle = edge;
        context.beginPath();
        context.arc(x, y, 6.5, 0, 2 * Math.PI);
        context.stroke();
      },
    });
  for (let k = 0; k < classes; k++) {
    const mean = rotated(means, k, rotation);
    things.push({
      z: mean[2],
      paint: () => {
        const [x, y] = place(mean);
        const colour = classColour(k, dark);
        context.globalAlpha = 0.5;
        context.strokeStyle = colour;
        context.beginPath();
        context.moveTo(...place([0, 0, 0]));
        context.lineTo(x, y);
        context.stroke();
        context.globalAlpha = 1;
        context.fillStyle = colour;
        context.strokeStyle = surface;
        context.beginPath();
        context.arc(x, y, 5, 0, 2 * Math.PI);
        context.fill();
        context.stroke();
        context.fillStyle = text;
        context.font = font;
        context.fillText(names[k] as string, x + 8, y - 6);
      },
    });
  }
  for (const thing of things.sort((a, b) => a.z - b.z)) thing.paint();
  context.globalAlpha = 1;
}

interface Ink {
  dark: boolean;
  edge: string;
  text: string;
  surface: string;
  font: string;
}

function readInk(style: CSSStyleDeclaration): Ink {
  const scheme = style.colorScheme;
  const dark = scheme === "dark" || (scheme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  const of = (name: string) => sideOf(style.getPropertyValue(name), dark);
  return { dark, edge: of("--chart-theory"), text: of("--ink"), surface: of("--surface"), font: `600 11px ${style.fontFamily}` };
}

/** A canvas does not know light-dark(): takes the side that the theme shows. */
function sideOf(value: string, dark: boolean): string {
  const sides = /^\s*light-dark\((.*)\)\s*$/.exec(value);
  if (sides === null) return value.trim();
  const [light, night] = splitTopLevel(sides[1] as string);
  return (dark ? night : light).trim();
}

function splitTopLevel(text: string): [string, string] {
  let nested = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") nested++;
    else if (text[i] === ")") nested--;
    else if (text[i] === "," && nested === 0) return [text.slice(0, i), text.slice(i + 1)];
  }
  return [text, text];
}

"use client";
import { rowDot } from "../../math/linear/matrix.ts";
import type { Optimum } from "../../math/optimum/optimum.ts";
import { steady } from "./steady.ts";

/** Cosines between classifier rows [K, K], or null at W = 0. */
export function cosinesOf(optimum: Optimum): number[][] | null {
  if (optimum.scale === 0) return null;
  const { weights } = optimum;
  const classes = Array.from({ length: weights.rows }, (_, k) => k);
  const norms = classes.map((k) => Math.sqrt(rowDot(weights, k, weights, k)));
  return norms.map((norm, k) => norms.map((other, l) => rowDot(weights, k, weights, l) / (norm * other)));
}

/** Least and largest cosine off the diagonal. */
export function cosineRange(cosines: readonly (readonly number[])[]): { low: number; high: number } {
  const off = cosines.flatMap((row, k) => row.slice(k + 1));
  return { low: Math.min(...off), high: Math.max(...off) };
}

const cosineText = (cosine: number) => (Math.abs(cosine) < 5e-5 ? "0" : cosine.toPrecision(4).replace("-", "−"));

const maxCells = 40;

/** The Gram matrix of the optimum's classifier rows, as cosines: with equal classes the same number everywhere off the diagonal. */
export function GramPicture({ optimum }: { optimum: Optimum }) {
  const cosines = cosinesOf(optimum);
  if (cosines === null) return <p className="py-10 text-center text-ink-faint text-sm">W = 0: the ridge leaves nothing.</p>;
  const shown = Math.min(cosines.length, maxCells);
  const { low, high } = cosineRange(cosines);
  const off = high - low < 5e-5 ? cosineText(low) : `${cosineText(low)} to ${cosineText(high)}`;
  return (
    <figure>
      <svg
        role="img"
        aria-label={`Gram matrix: cosine 1 on the diagonal, ${off} elsewhere`}
        viewBox={`0 0 ${shown} ${shown}`}
        className="mx-auto block aspect-square w-full max-w-60"
        shapeRendering="crispEdges"
      >
        {cosines.slice(0, shown).map((row, k) =>
          row.slice(0, shown).map((cosine, l) => (
            <rect key={`${k}.${l}`} x={l + 0.03} y={k + 0.03} width={0.94} height={0.94} fill={colourOf(cosine)}>
              <title>{`classes ${k + 1} and ${l + 1}: ${cosine.toPrecision(4)}`}</title>
            </rect>
          )),
        )}
      </svg>
      <figcaption className="mt-2 text-center text-ink-faint text-xs">
        Cosines of w_k and w_l: 1, and {off} off the diagonal
        {cosines.length > shown && ` (${shown} of ${cosines.length} classes)`}
      </figcaption>
    </figure>
  );
}

/** Blue below zero, orange above, as in the heat maps of runs; the square root keeps −1/(K−1) visible for many classes. */
function colourOf(cosine: number): string {
  const share = Math.round(Math.sqrt(Math.min(1, Math.abs(cosine))) * 100);
  return `color-mix(in oklab, var(${cosine < 0 ? "--arch-rn1" : "--arch-rn2"}) ${share}%, var(--surface))`;
}

/**
 * The class vectors seen along the plane in which both figures are a regular K-gon: the Coxeter plane of the simplex,
 * and the first Fourier plane of the orthogonal frame. A true projection, with all its edges.
 */
export function FramePicture({ optimum }: { optimum: Optimum }) {
  const classes = optimum.counts.length;
  const many = classes > 24;
  const radius = 82;
  const corners = Array.from({ length: classes }, (_, k) => {
    const angle = (2 * Math.PI * k) / classes - Math.PI / 2;
    return [steady(radius * Math.cos(angle)), steady(radius * Math.sin(angle))] as const;
  });
  if (optimum.geometry === "zero")
    return (
      <svg
        role="img"
        aria-label="All class vectors at the origin"
        viewBox="-100 -100 200 200"
        className="mx-auto block w-full max-w-60"
      >
        <circle r="3.5" fill="var(--ink)" />
      </svg>
    );
  const cosines = cosinesOf(optimum);
  const range = cosines === null ? null : cosineRange(cosines);
  if (range !== null && range.high - range.low > 5e-5)
    return (
      <p className="mx-auto max-w-60 py-10 text-center text-ink-faint text-sm">
        The angles differ, so no plane shows a regular figure. The Gram matrix has them all, the largest class first.
      </p>
    );
  return (
    <figure>
      <svg
        role="img"
        aria-label={`The class vectors of the optimum (${optimum.geometry}) projected onto a plane`}
        viewBox="-100 -100 200 200"
        className="mx-auto block w-full max-w-60"
      >
        {!many &&
          corners.flatMap(([x1, y1], k) =>
            corners
              .slice(k + 1)
              .map(([x2, y2], l) => (
                <line
                  key={`${k}.${l}`}
                  x1={x1}
                  y1={y1}
                  x2={x2}
                  y2={y2}
                  stroke="var(--line-strong)"
                  strokeWidth={classes > 12 ? 0.4 : 0.7}
                />
              )),
          )}
        {corners.map(([x, y], k) => (
          <line key={k} x1="0" y1="0" x2={x} y2={y} stroke="var(--accent)" strokeWidth={many ? 0.7 : 1.4} />
        ))}
        {corners.map(([x, y], k) => (
          <circle key={k} cx={x} cy={y} r={many ? 1.6 : 3.5} fill="var(--ink)" />
        ))}
      </svg>
      <figcaption className="mt-2 text-center text-ink-faint text-xs">
        Class vectors seen in the plane of a regular {classes}-gon
      </figcaption>
    </figure>
  );
}

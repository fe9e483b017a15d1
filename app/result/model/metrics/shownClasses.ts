import { classLabel } from "../../../../contract/data/classNames.ts";
import type { GeometrySnapshot } from "../../../../contract/wire/runEvents.ts";

/** Numbers of the classes that a picture holds, in its order. */
export const classesOf = ({ shown, classes }: Pick<GeometrySnapshot, "shown" | "classes">): number[] =>
  shown ?? Array.from({ length: classes }, (_, k) => k);

/** What these are called, where they are not simply all classes by their numbers. */
export function namesOf(snapshot: GeometrySnapshot, classNames: readonly string[] | undefined): readonly string[] | undefined {
  if (snapshot.shown === undefined) return classNames;
  return snapshot.shown.map((label) => classLabel(classNames, label));
}

/** K of the run, whose ideal is drawn. */
export const classesOfRun = ({ of, classes }: Pick<GeometrySnapshot, "of" | "classes">): number => of ?? classes;

/** A picture of those of its classes that a person chose, at least two; of all that it holds otherwise. */
export function picked(snapshot: GeometrySnapshot, chosen: ReadonlySet<number>): GeometrySnapshot {
  const held = classesOf(snapshot);
  const rows = held.flatMap((label, row) => (chosen.has(label) ? [row] : []));
  if (rows.length < 2 || rows.length === held.length) return snapshot;
  const places = new Map(rows.map((row, place) => [row, place]));
  const triples = (points: readonly number[]) => rows.flatMap((row) => points.slice(3 * row, 3 * row + 3));
  const square = (cosines: readonly number[]) =>
    cosines.length === 0 ? [] : rows.flatMap((row) => rows.map((column) => cosines[row * held.length + column] as number));
  const samples = snapshot.labels.flatMap((row, at) => (places.has(row) ? [at] : []));
  return {
    ...snapshot,
    classes: rows.length,
    shown: rows.map((row) => held[row] as number),
    of: classesOfRun(snapshot),
    means: triples(snapshot.means),
    ideal: snapshot.ideal.length === 0 ? [] : triples(snapshot.ideal),
    samples: samples.flatMap((at) => snapshot.samples.slice(3 * at, 3 * at + 3)),
    labels: samples.map((at) => places.get(snapshot.labels[at] as number) as number),
    meansGram: square(snapshot.meansGram),
    headGram: square(snapshot.headGram),
  };
}

/** "0-9, 20" as numbers; what is none is passed over. */
export function parseClasses(text: string): Set<number> {
  const chosen = new Set<number>();
  for (const part of text.split(/[,;\s]+/)) {
    const [, from, to] = /^(\d{1,4})(?:[-–](\d{1,4}))?$/.exec(part) ?? [];
    if (from === undefined) continue;
    for (let label = Number(from); label <= Number(to ?? from); label++) chosen.add(label);
  }
  return chosen;
}

/** "0, 15, 31, …, 984", or "0 to 63" */
export function rangesText(labels: readonly number[]): string {
  const [first, second, third] = labels;
  const last = labels.at(-1) as number;
  return last - (first as number) === labels.length - 1 ? `${first} to ${last}` : `${first}, ${second}, ${third}, …, ${last}`;
}

/** "64 of 1000 classes"; null where all are shown. */
export function shownText(snapshot: GeometrySnapshot): string | null {
  return snapshot.shown === undefined ? null : `${snapshot.classes} of ${classesOfRun(snapshot)} classes`;
}

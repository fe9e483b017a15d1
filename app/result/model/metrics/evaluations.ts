import { type Attack, type AttackNorm, attackNorms, attacks } from "../../../../contract/config/afterTraining.ts";
import type { Evaluation } from "../../../../contract/wire/runEvents.ts";
import type { RunRow } from "../../../../contract/wire/views.ts";

type Robustness = NonNullable<Evaluation["robustness"]>;
type AttackPoint = Robustness["points"][number];

export const attackLabels: Record<Attack, string> = { fgsm: "FGSM", pgd: "PGD" };
export const normLabels: Record<AttackNorm, string> = { linf: "ℓ∞", l2: "ℓ2" };

/** Attacks, norms and values of ε that some run was tried with. */
export function triedAttacks(rows: readonly Pick<RunRow, "evaluation">[]): { attacks: Attack[]; norms: AttackNorm[] } {
  const points = rows.flatMap((row) => row.evaluation?.robustness?.points ?? []);
  return {
    attacks: attacks.filter((attack) => points.some((point) => point.attack === attack)),
    norms: attackNorms.filter((norm) => points.some((point) => point.norm === norm)),
  };
}

/** Results of one attack in one norm, in order of ε. */
export const attackCurve = (row: Pick<RunRow, "evaluation">, attack: Attack, norm: AttackNorm): AttackPoint[] =>
  (row.evaluation?.robustness?.points ?? [])
    .filter((point) => point.attack === attack && point.norm === norm)
    .sort((a, b) => a.epsilon - b.epsilon);

/** Every ε of an attack in a norm that some run was tried with, in order. */
export function triedEpsilons(rows: readonly Pick<RunRow, "evaluation">[], attack: Attack, norm: AttackNorm): number[] {
  const epsilons = rows.flatMap((row) => attackCurve(row, attack, norm).map((point) => point.epsilon));
  return [...new Set(epsilons)].sort((a, b) => a - b);
}

const middleOf = <T>(items: readonly T[]): T | null => items[Math.floor((items.length - 1) / 2)] ?? null;

/** The attack that represents all of a run's where one number is needed: the strongest kind, in ℓ∞, at the middle ε. */
export function referenceAttack(row: Pick<RunRow, "evaluation">): AttackPoint | null {
  const tried = triedAttacks([row]);
  const attack = tried.attacks.includes("pgd") ? "pgd" : tried.attacks[0];
  const norm = tried.norms[0];
  return attack === undefined || norm === undefined ? null : middleOf(attackCurve(row, attack, norm));
}

/** Which layer's probe represents a run. */
export const probeLayers = ["last", "middle", "best"] as const;
export type ProbeLayer = (typeof probeLayers)[number];

/** Test accuracy of the probe on a run's last or middle layer, or on whichever does best; null without probes. */
export function probeAccuracy(row: Pick<RunRow, "evaluation">, which: ProbeLayer): number | null {
  const layers = row.evaluation?.transfer?.layers ?? [];
  if (layers.length === 0) return null;
  if (which === "best") return Math.max(...layers.map((layer) => layer.testAccuracy));
  return (which === "last" ? layers.at(-1) : middleOf(layers))?.testAccuracy ?? null;
}

/** What a part of an evaluation is called, by its key: "out of distribution". */
export const partTitle = (what: string): string => (what === "outOfDistribution" ? "out of distribution" : what);

"use client";
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import type { Optimum } from "../../math/optimum/optimum.ts";
import { hasSlack, type SlackCurve, slackCurve } from "./slackCurve.ts";
import {
  curveLambdas,
  curveOf,
  isNumeric,
  type OptimumCurve,
  optimumAt,
  optimumCurve,
  type Solution,
  solve,
  type TheoryInputs,
} from "./theoryInputs.ts";

/** A search waits for a slider to rest. */
const restMs = 150;
const numericPoints = 22;

/** The optimum at once where it has a closed form; where it must be searched for, the last one until then. */
export function useSolution(inputs: TheoryInputs): { solution: Solution; searching: boolean } {
  const numeric = useMemo(() => isNumeric(inputs), [inputs]);
  const closed = useMemo(() => (numeric ? null : solve(inputs)), [inputs, numeric]);
  const [found, setFound] = useState<{ inputs: TheoryInputs; solution: Solution } | null>(null);
  useEffect(() => {
    if (!numeric) return;
    const timer = setTimeout(() => setFound({ inputs, solution: solve(inputs) }), restMs);
    return () => clearTimeout(timer);
  }, [inputs, numeric]);
  if (closed !== null) return { solution: closed, searching: false };
  return {
    solution: found?.solution ?? { problem: "it is being searched for" },
    searching: found?.inputs !== inputs,
  };
}

/** L* over λ: smooth in closed form; searched for point by point, between which the page stays alive, where there is none. */
export function useOptimumCurve(inputs: TheoryInputs): { curve: OptimumCurve; searching: boolean } {
  const slow = useDeferredValue(inputs);
  const numeric = useMemo(() => isNumeric(slow), [slow]);
  const closed = useMemo(() => (numeric ? null : optimumCurve(slow)), [slow, numeric]);
  // Every λ but the chosen one is on the curve: a turned λ starts no new search.
  const others = JSON.stringify({ ...slow, lambda: 0 });
  const [found, setFound] = useState<{ others: string; optima: (Optimum | null)[] } | null>(null);
  useEffect(() => {
    if (!numeric) return;
    const wanted = JSON.parse(others) as TheoryInputs;
    const lambdas = curveLambdas(numericPoints);
    const optima: (Optimum | null)[] = [];
    let timer = setTimeout(function next() {
      const lambda = lambdas[optima.length];
      if (lambda === undefined) return;
      optima.push(optimumAt(wanted, lambda));
      setFound({ others, optima: [...optima] });
      if (optima.length < lambdas.length) timer = setTimeout(next, 0);
    }, 2 * restMs);
    return () => clearTimeout(timer);
  }, [numeric, others]);
  const numericCurve = useMemo(() => curveOf(curveLambdas(numericPoints), found?.optima ?? []), [found]);
  if (closed !== null) return { curve: closed, searching: false };
  return { curve: numericCurve, searching: found?.others !== others || found.optima.length < numericPoints };
}

/** L* over ρ, searched for point by point, between which the page stays alive; null where the objective has no slack or no optimum. */
export function useSlackCurve(inputs: TheoryInputs): { curve: SlackCurve | null; searching: boolean } {
  const slow = useDeferredValue(inputs);
  // Every ρ but the chosen one is on the curve: a turned ρ starts no new search.
  const others = hasSlack(slow) ? JSON.stringify({ ...slow, rho: 0 }) : null;
  const [found, setFound] = useState<{ others: string; curve: SlackCurve | null; done: boolean } | null>(null);
  useEffect(() => {
    if (others === null) return;
    const search = slackCurve(JSON.parse(others) as TheoryInputs);
    let curve: SlackCurve | null = null;
    let timer = setTimeout(function next() {
      const step = search.next();
      if (!step.done) curve = step.value;
      setFound({ others, curve, done: step.done === true });
      if (!step.done) timer = setTimeout(next, 0);
    }, 2 * restMs);
    return () => clearTimeout(timer);
  }, [others]);
  if (others === null) return { curve: null, searching: false };
  return { curve: found?.curve ?? null, searching: found?.others !== others || !found.done };
}

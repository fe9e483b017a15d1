"use client";
import { useEffect, useMemo, useState } from "react";
import type { LevelGeometry } from "../model/imbalance/imbalanceGeometry.ts";
import { layerPeeled, minorityCurve, type OptimumCurve } from "../model/imbalance/layerPeeled.ts";

/** The optimum's cosines over the ratio for classes of two sizes, solved point by point, between which the page stays alive. */
export function useLayerPeeled(levels: readonly LevelGeometry[]): { curve: OptimumCurve | null; problem: string | null } {
  const [first] = levels;
  const config = first?.seeds[0]?.run.config;
  // Seeds and ratios share it.
  const wanted =
    first === undefined || first.large === null || config === undefined
      ? null
      : JSON.stringify({
          config: { ...config, seed: 0, dataset: null },
          sizes: { classes: first.of, large: first.large, samples: first.counts[0] },
          least: Math.min(...levels.map(({ imbalance }) => imbalance)),
        });
  const problem = useMemo(() => {
    if (wanted === null) return null;
    const { config: of, sizes } = JSON.parse(wanted);
    const model = layerPeeled(of, sizes);
    return "problem" in model ? model.problem : null;
  }, [wanted]);
  const [found, setFound] = useState<{ wanted: string; curve: OptimumCurve } | null>(null);
  useEffect(() => {
    if (wanted === null) return;
    const { config: of, sizes, least } = JSON.parse(wanted);
    const model = layerPeeled(of, sizes);
    if ("problem" in model) return;
    const search = minorityCurve(model, least);
    let timer = setTimeout(function next() {
      const { value, done } = search.next();
      if (done || value === undefined) return;
      setFound({ wanted, curve: { ...value, ratios: [...value.ratios], cosines: [...value.cosines] } });
      timer = setTimeout(next, 0);
    }, 0);
    return () => clearTimeout(timer);
  }, [wanted]);
  return { curve: found !== null && found.wanted === wanted ? found.curve : null, problem };
}

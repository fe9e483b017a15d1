"use client";
import { useMemo } from "react";
import type { FigureSource } from "../charts/export/figureFacts.ts";
import { useProgram } from "../shell/useProgram.ts";
import { objectiveText } from "./formulas.ts";
import type { TheoryInputs } from "./theoryInputs.ts";

/** What stands in the heads of the files of theory's charts: the objective with all its numbers. */
export function useTheorySource(inputs: TheoryInputs): FigureSource {
  const version = useProgram().data?.version;
  return useMemo(() => {
    const { title, objective, source } = objectiveText(inputs);
    return {
      name: "theory",
      facts: [
        ["objective", `${title}: ${objective}`],
        ["source", source],
        ["program", `Collapsar ${version ?? ""}`.trim()],
        ["config", JSON.stringify(inputs)],
        ["seeds", "none: a global optimum in float64"],
      ],
    };
  }, [inputs, version]);
}

"use client";
import katex from "katex";
import "katex/dist/katex.min.css";
import { useMemo } from "react";

/** Longest formula that is set, in characters; a longer one is a page of its own. */
export const maxFormulaLength = 1_000;
const options = { throwOnError: false, output: "htmlAndMathml", maxSize: 20, maxExpand: 200 } as const;

/** @param mathml as MathML alone, which needs no fonts @returns HTML, or null for a formula that is too long or too deeply nested to be set */
export function formulaHtml(tex: string, display: boolean, mathml = false): string | null {
  if (tex.length > maxFormulaLength) return null;
  try {
    return katex.renderToString(tex, { ...options, ...(mathml && { output: "mathml" as const }), displayMode: display });
  } catch {
    // Braces nested by the hundreds use up the stack; other faults KaTeX shows itself.
    return null;
  }
}

/** A formula in LaTeX, set by KaTeX; screen readers get MathML. A wide one scrolls on its own; one that cannot be rendered stays text. */
export function Formula({ tex, display = false, mathml = false }: { tex: string; display?: boolean; mathml?: boolean }) {
  const html = useMemo(() => formulaHtml(tex, display, mathml), [tex, display, mathml]);
  if (html === null) return <FormulaText tex={tex} why={`longer than ${maxFormulaLength} characters, or nested too deeply`} />;
  return (
    <span
      className={display ? "block overflow-x-auto overflow-y-hidden py-1" : undefined}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: KaTeX escapes its input, and trusts no command of it
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
}

/** A formula as it was written. */
export const FormulaText = ({ tex, why }: { tex: string; why: string }) => (
  <code className="break-words" title={`Not rendered as a formula: ${why}`} data-testid="formula-text">
    {tex}
  </code>
);

"use client";
import katex from "katex";
import "katex/dist/katex.min.css";
import { useMemo } from "react";

/** A formula in LaTeX, set by KaTeX; screen readers get MathML. */
export function Formula({ tex, display = false }: { tex: string; display?: boolean }) {
  const html = useMemo(
    () => katex.renderToString(tex, { displayMode: display, throwOnError: false, output: "htmlAndMathml" }),
    [tex, display],
  );
  // biome-ignore lint/security/noDangerouslySetInnerHtml: KaTeX escapes its input, and trusts no command of it
  return <span dangerouslySetInnerHTML={{ __html: html }} />;
}

const special: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  "%": "\\%",
  _: "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  λ: "$\\lambda$",
  ρ: "$\\rho$",
  ε: "$\\varepsilon$",
  τ: "$\\tau$",
  ℓ: "$\\ell$",
  "∞": "$\\infty$",
  "≤": "$\\le$",
  μ: "$\\mu$",
  Σ: "$\\Sigma$",
  "±": "$\\pm$",
  "−": "$-$",
  "×": "$\\times$",
  "→": "$\\to$",
  "…": "\\dots{}",
  "–": "--",
  "·": "$\\cdot$",
  "²": "$^2$",
  ᵀ: "$^\\top$",
  "‖": "$\\|$",
  "√": "$\\surd$",
};
const signs = new RegExp(
  `[${Object.keys(special)
    .join("")
    .replace(/[\\\]^-]/g, "\\$&")}]`,
  "g",
);

/** A text that TeX sets as it stands. */
export const escapeLatex = (text: string): string => text.replace(signs, (character) => special[character] as string);

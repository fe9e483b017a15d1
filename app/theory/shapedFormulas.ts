import type { ObjectiveText } from "./ObjectiveText.ts";
import { hasTrainedRows, shapeOf, type TheoryInputs } from "./theoryInputs.ts";

/**
 * Words and formulas of cross entropy with smoothed labels, the focal loss, a temperature, or rows that cannot grow; null of the plain
 * objective and of squared error beside trained rows.
 */
export function shapedText(inputs: TheoryInputs): ObjectiveText | null {
  const { smoothing, gamma, temperature } = shapeOf(inputs);
  const trained = hasTrainedRows(inputs);
  const isSquared = inputs.objective.endsWith("mse");
  if (trained && (isSquared || (smoothing === 0 && gamma === 0 && temperature === 0))) return null;
  const ridged = inputs.objective.startsWith("ufm");
  const norm = temperature === 0 ? "\\sqrt d" : "\\tau";
  const stretch = "\\tfrac{K}{K-1}";
  const loss = isSquared
    ? "\\tfrac12\\lVert W h_i - e_{y_i}\\rVert^2"
    : gamma !== 0
      ? "(1-p_i)^{\\gamma}\\,(-\\log p_i)"
      : smoothing !== 0
        ? "\\mathrm{CE}_{\\varepsilon}(W h_i, y_i)"
        : "\\mathrm{CE}(W h_i, y_i)";
  const ridges = [
    trained ? (ridged ? " + \\frac{\\lambda_W}2\\lVert W\\rVert^2" : " + \\frac\\lambda2\\lVert W\\rVert^2") : "",
    ridged ? " + \\frac{\\lambda_H}2\\lVert H\\rVert^2" : "",
  ].join("");
  const bounds = [
    ...(ridged ? [] : [`\\lVert h_i\\rVert=${norm},\\ \\mathbf 1^{\\!\\top} h_i = 0`]),
    ...(trained
      ? []
      : [inputs.rows === "unit" ? "\\lVert w_k\\rVert=1" : "\\langle w_k,w_l\\rangle=-\\tfrac1{K-1},\\ \\lVert w_k\\rVert=1"]),
  ];
  const fixed = !trained && inputs.rows === "simplex";
  const objective = `\\min_{${fixed ? "" : "W,\\,"}h_i}\\ \\frac1N\\sum_i ${loss}${ridges}${bounds.length > 0 ? ` \\quad\\text{with}\\quad ${bounds.join(",\\ ")}` : ""}`;
  const about = [
    smoothing !== 0 && "The targets are (1 − ε) e_y + ε/K, so that a margin may be too large.",
    gamma !== 0 && "p is the probability of the label; well-classified samples count less.",
    temperature !== 0 && "The head divides features by their norm and multiplies by τ: τ stands in the place of √d.",
    !trained && (fixed ? "The head is a simplex that is not trained." : "Only the rows' directions are trained."),
  ].filter((text) => typeof text === "string");
  return {
    title: [
      isSquared ? "Squared error" : gamma !== 0 ? "Focal loss" : "Cross entropy",
      ...(smoothing !== 0 ? ["smoothed labels"] : []),
      ridged ? (trained ? "ridge on W and H" : "ridge on H") : temperature !== 0 ? "normalized features" : "LayerNorm features",
      ...(trained ? [] : [fixed ? "fixed simplex" : "unit rows"]),
    ].join(", "),
    about: about.join(" "),
    objective,
    optimum: optimumLines(),
    source: `Derived; of equal classes${fixed ? ", or any beside a fixed simplex" : ""}. Needs d ≥ K${ridged ? " − 1" : ""}.`,
  };

  /** The fit at margin m. */
  function fitAt(margin: string): string {
    const p = `\\frac1{1+(K-1)e^{-${margin}}}`;
    if (gamma !== 0) return `(1-p)^{\\gamma}(-\\log p),\\quad p = ${p}`;
    const plain = `\\log\\bigl(1+(K-1)e^{-${margin}}\\bigr)`;
    return smoothing === 0 ? plain : `${plain} + \\varepsilon\\tfrac{K-1}K\\,${margin}`;
  }

  function optimumLines(): string[] {
    if (isSquared) return ["h_i = t\\,w_{y_i},\\qquad t = \\frac1{\\frac K{K-1}+N\\lambda_H}"];
    if (!trained && !ridged) return [`m = ${norm}\\,${stretch}`, `L^\\star = ${fitAt("m")}`];
    if (!trained)
      return [
        `h_i = t\\,w_{y_i},\\qquad m = t\\,${stretch}`,
        `\\text{fit} = ${fitAt("m")}`,
        "L^\\star = \\min_{t\\ge0}\\ \\text{fit} + \\tfrac{N\\lambda_H t^2}2",
      ];
    if (ridged && gamma === 0)
      return [
        "y = \\sqrt{n\\lambda_W\\lambda_H} + \\tfrac\\varepsilon K,\\qquad \\rho = \\log\\bigl(\\tfrac1y - K + 1\\bigr)\\quad\\text{for } Ky<1",
        "L^\\star = -\\log\\bigl(1-(K-1)y\\bigr) + (K-1)\\,y\\,\\rho;\\qquad L^\\star = \\log K\\quad\\text{for } Ky\\ge1",
      ];
    if (ridged)
      return [`\\text{fit} = ${fitAt("m")}`, "L^\\star = \\min_{m\\ge0}\\ \\text{fit} + (K-1)\\sqrt{n\\lambda_W\\lambda_H}\\,m"];
    return [
      `w_k = s\\,u_k,\\qquad m = a s,\\qquad a = ${norm}\\,${stretch}`,
      `\\text{fit} = ${fitAt("m")}`,
      "L^\\star = \\min_{s\\ge0}\\ \\text{fit} + \\tfrac{\\lambda K s^2}2",
    ];
  }
}

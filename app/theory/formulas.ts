import type { ObjectiveText } from "./ObjectiveText.ts";
import { shapedText } from "./shapedFormulas.ts";
import { hasTrainedRows, isNumeric, offersSlack, type TheoryInputs } from "./theoryInputs.ts";

const paper = "Súkeník, Lampert, Mondelli (2025), arXiv 2505.15239";

/** The words and formulas of an objective, with slack and unequal classes where there are any. */
export function objectiveText(inputs: TheoryInputs): ObjectiveText {
  const text = shapedText(inputs) ?? equalClassesText(inputs);
  const held = inputs.rho !== 0 && offersSlack(inputs);
  const numeric = isNumeric(inputs);
  const frame = inputs.frame === "simplex" ? "\\bigl(I-\\tfrac1K\\mathbf 1\\mathbf 1^{\\!\\top}\\bigr)" : "I";
  const remarks = [
    text.about,
    held &&
      !numeric &&
      "Slack towards the frame that the optimum already has costs nothing there: L* and s are the same for every ρ.",
    held &&
      inputs.imbalance === 1 &&
      numeric &&
      "The slack pulls the classifier towards a frame that is not its own: L* rises with ρ.",
    inputs.imbalance !== 1 &&
      hasTrainedRows(inputs) &&
      "With unequal classes the angles differ, and a strong ridge lets the smallest classes fall together (minority collapse).",
  ];
  return {
    ...text,
    title: held ? `${text.title}, slack` : text.title,
    about: remarks.filter(Boolean).join(" "),
    objective: held
      ? text.objective
          .replace("\\min_{W", "\\min_{W,\\,c\\ge0")
          .replace(" \\quad\\text{with}", ` + \\frac\\rho2\\lVert W W^{\\!\\top} - c\\,${frame}\\rVert^2 \\quad\\text{with}`)
      : text.objective,
    optimum: numeric ? [] : text.optimum,
    source: numeric ? "No closed form: searched for over K class features and W by L-BFGS, to about 1e-12." : text.source,
  };
}

function equalClassesText(inputs: TheoryInputs): ObjectiveText {
  switch (inputs.objective) {
    case "gufm-ce":
      return {
        title: "Cross entropy, LayerNorm features",
        about: "The head of the paper's networks: features on the sphere of LayerNorm, ridge on the classifier only.",
        objective:
          "\\min_{W,\\,h_i}\\ \\frac1N\\sum_i \\mathrm{CE}(W h_i, y_i) + \\frac\\lambda2\\lVert W\\rVert^2 \\quad\\text{with}\\quad \\lVert h_i\\rVert=\\sqrt d,\\ \\mathbf 1^{\\!\\top} h_i = 0",
        optimum: [
          "w_k = s\\,u_k,\\qquad h_k = \\sqrt d\\,u_k,\\qquad \\langle u_k,u_l\\rangle = -\\tfrac1{K-1}",
          "\\lambda s\\,\\bigl(e^{as} + K-1\\bigr) = \\sqrt d,\\qquad a = \\sqrt d\\,\\tfrac{K}{K-1}",
          "L^\\star = \\log\\bigl(1+(K-1)e^{-as}\\bigr) + \\tfrac{\\lambda K s^2}{2}",
        ],
        source: `Derived from the model of ${paper}. Needs d ≥ K.`,
      };
    case "gufm-mse":
      return inputs.bias === "none"
        ? {
            title: "Squared error, LayerNorm features",
            about: "Without a bias the classifier is an orthogonal frame, which needs one dimension more.",
            objective:
              "\\min_{W,\\,h_i}\\ \\frac\\alpha N\\sum_i \\lVert W h_i - e_{y_i}\\rVert^2 + \\frac\\lambda2\\lVert W\\rVert^2 \\quad\\text{with}\\quad \\lVert h_i\\rVert=\\sqrt d,\\ \\mathbf 1^{\\!\\top} h_i = 0",
            optimum: [
              "s = \\frac{2\\alpha\\sqrt d}{2\\alpha d + \\lambda K},\\qquad \\langle w_k, w_l\\rangle = s^2\\,\\delta_{kl}",
              "L^\\star = \\frac{\\alpha\\lambda K}{2\\alpha d + \\lambda K}",
            ],
            source: `Derived; ${paper}, Lemma 4.2 states the scale with a small error. Needs d ≥ K + 1.`,
          }
        : {
            title: "Squared error, LayerNorm features, free bias",
            about: "A free bias takes the mean of the targets, and what is left is a simplex.",
            objective:
              "\\min_{W,\\,b,\\,h_i}\\ \\frac\\alpha N\\sum_i \\lVert W h_i + b - e_{y_i}\\rVert^2 + \\frac\\lambda2\\lVert W\\rVert^2 \\quad\\text{with}\\quad \\lVert h_i\\rVert=\\sqrt d,\\ \\mathbf 1^{\\!\\top} h_i = 0",
            optimum: [
              "s = \\frac{2\\alpha\\sqrt d}{2\\alpha d t + \\lambda K},\\qquad t = \\tfrac K{K-1},\\qquad b = \\tfrac1K\\mathbf 1",
              "L^\\star = \\frac{\\alpha\\lambda K/t}{2\\alpha d t + \\lambda K}",
            ],
            source: `Derived from the model of ${paper}. Needs d ≥ K.`,
          };
    case "ufm-ce":
      return {
        title: "Cross entropy, ridge on W and H",
        about: "The classic unconstrained features: no normalization, all N features are penalized.",
        objective:
          "\\min_{W,\\,H}\\ \\frac1N\\sum_i \\mathrm{CE}(W h_i, y_i) + \\frac{\\lambda_W}2\\lVert W\\rVert^2 + \\frac{\\lambda_H}2\\lVert H\\rVert^2",
        optimum: [
          "y = \\sqrt{n\\lambda_W\\lambda_H},\\qquad \\rho = \\log\\bigl(\\tfrac1y - K + 1\\bigr)\\quad\\text{for } Ky<1",
          "W W^{\\!\\top} = \\sqrt{\\lambda_H/\\lambda_W}\\;\\rho\\sqrt n\\;E,\\qquad E = I - \\tfrac1K\\mathbf 1\\mathbf 1^{\\!\\top}",
          "L^\\star = -\\log\\bigl(1-(K-1)y\\bigr) + (K-1)\\,y\\,\\rho;\\qquad L^\\star = \\log K,\\ W=H=0\\quad\\text{for } Ky\\ge1",
        ],
        source: "Derived; for the form see Zhu et al. (2021), NeurIPS. Needs d ≥ K − 1.",
      };
    case "ufm-mse": {
      const bias = inputs.bias;
      const withBias = bias === "none" ? "" : " + \\mathbf 1 b^{\\!\\top}";
      return {
        title: `Squared error, ridge on W and H${bias === "none" ? "" : `, ${bias} bias`}`,
        about: "Singular values are cut by the ridge: beyond x = 2α nothing is left.",
        objective: `\\min_{W,\\,H${bias === "none" ? "" : ",\\,b"}}\\ \\frac\\alpha N\\lVert H W^{\\!\\top}${withBias} - Y\\rVert^2 + \\frac{\\lambda_W}2\\lVert W\\rVert^2 + \\frac{\\lambda_H}2\\lVert H\\rVert^2${bias === "penalized" ? " + \\frac{\\lambda_b}2\\lVert b\\rVert^2" : ""}`,
        optimum: [
          "x = K\\sqrt{n\\lambda_W\\lambda_H},\\qquad \\sigma = \\sqrt n\\,\\bigl(1-\\tfrac{x}{2\\alpha}\\bigr)_+",
          bias === "none"
            ? "L^\\star = \\alpha\\Bigl[1-\\bigl(1-\\tfrac x{2\\alpha}\\bigr)_+^2\\Bigr],\\qquad W W^{\\!\\top} = \\sqrt{\\lambda_H/\\lambda_W}\\;\\sigma\\, I"
            : bias === "free"
              ? "L^\\star = \\tfrac{K-1}K\\,\\alpha\\Bigl[1-\\bigl(1-\\tfrac x{2\\alpha}\\bigr)_+^2\\Bigr],\\qquad W W^{\\!\\top} = \\sqrt{\\lambda_H/\\lambda_W}\\;\\sigma\\, E"
              : "L^\\star = \\tfrac\\alpha K\\Bigl\\{(K-1)\\Bigl[1-\\bigl(1-\\tfrac x{2\\alpha}\\bigr)_+^2\\Bigr] + c\\Bigl[1-\\bigl(1-\\tfrac x{2\\alpha c}\\bigr)_+^2\\Bigr]\\Bigr\\},\\qquad c = \\tfrac{\\lambda_b}{2\\alpha+\\lambda_b}",
        ],
        source: `Derived; for the form see Tirer, Bruna (2022), ICML. Needs d ≥ K${bias === "free" ? " − 1" : ""}.`,
      };
    }
  }
}

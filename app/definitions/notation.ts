/** What stands in the formulas. */
export const notation: [tex: string, meaning: string][] = [
  ["N,\\ K,\\ d", "samples, classes, width of the layer"],
  ["n_k", "samples of class k"],
  ["h_i,\\ y_i", "features of sample i at a layer, and its label"],
  ["X_l,\\ H", "features of layer l; of all samples, a row each"],
  ["\\mu_k,\\ \\mu_G", "mean of class k; mean of the class means"],
  ["M", "the class means, centred at their mean: a row for each class"],
  ["\\Sigma_W,\\ \\Sigma_B", "covariance within the classes and between them"],
  ["W,\\ w_k,\\ b", "classifier, its row of class k, its bias"],
  ["W_l", "weights of the linear layer that reads the features of layer l"],
  ["E = I - \\tfrac1K\\mathbf 1\\mathbf 1^{\\!\\top}", "Gram matrix of a simplex frame, up to scale"],
  ["A^{+}", "pseudo-inverse"],
  ["\\sigma_i", "singular values, the largest first"],
  ["J,\\ L^\\star", "objective, and its optimum over free features"],
  ["\\eta^2,\\ s", "relative squared rounding error of the features; norms.spread"],
];

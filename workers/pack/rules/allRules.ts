import { convolution } from "./convolution.ts";
import { elementwise } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import { layout } from "./layout.ts";
import { matrices } from "./matrices.ts";
import { reductions } from "./reductions.ts";
import type { Rule, Rules } from "./rule.ts";
import { unroll } from "./unroll.ts";

export const rules: Rules = { ...elementwise, ...reductions, ...matrices, ...layout, ...indexing, ...convolution };

/** Kernels without a rule of their own are computed run by run. */
export const ruleOf = (kernel: string): Rule => rules[kernel] ?? unroll(kernel);

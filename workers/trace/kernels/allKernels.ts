import { convolution } from "./convolution.ts";
import { elementwise } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import type { Kernels } from "./kernel.ts";
import { layout } from "./layout.ts";
import { matrices } from "./matrices.ts";
import { reductions } from "./reductions.ts";

/** Every TensorFlow.js kernel that can be compiled. */
export const allKernels: Kernels = { ...elementwise, ...reductions, ...matrices, ...layout, ...indexing, ...convolution };

import type { Engine } from "../engine/engine.ts";

/** Whether what is compiled on this engine can sum in float64. */
export const hasFloat64 = ({ choice }: Engine): boolean => choice.engine === "compiled" && choice.device !== "webgpu";

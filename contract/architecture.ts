import { z } from "zod";

/**
 * rn1, rn2: residual networks with one or two linear layers a block. t11 … t22: transformers, the digits being the linear layers
 * in attention and in the MLP. Súkeník, Lampert, Mondelli (2025), section 3. Beyond the paper: conv, a convolutional residual
 * network whose width is its channel count, and ufm, free features in place of a network (always of depth 1).
 */
export const architectures = ["rn1", "rn2", "t11", "t12", "t21", "t22", "conv", "ufm"] as const;
export const architecture = z.enum(architectures);
export type Architecture = z.infer<typeof architecture>;

export const normalization = z.enum(["post-ln", "pre-ln"]);
export type Normalization = z.infer<typeof normalization>;

export const heads = z
  .int("heads are a whole number")
  .min(1, "at least 1 attention head")
  .max(32, "at most 32 attention heads")
  .optional();
export const patch = z.int("a patch side is a whole number").min(1, "a patch side is at least 1").max(64).optional();

/** One value of a grid's architecture axis. */
export const architectureConfig = z.strictObject({
  name: architecture,
  normalization: normalization.default("post-ln"),
  /** Attention heads of a transformer; absent = 1, the paper's. */
  heads,
  /** Side of a transformer's square image patches, pixels; absent = a quarter of the image's side. */
  patch,
});
export type ArchitectureConfig = z.infer<typeof architectureConfig>;

export const isTransformer = (name: Architecture): name is "t11" | "t12" | "t21" | "t22" => name.startsWith("t");

/** Linear layers in a block's attention and MLP (or residual branch): what its name says. */
export const linearLayers = (name: "t11" | "t12" | "t21" | "t22"): { attention: 1 | 2; mlp: 1 | 2 } => ({
  attention: name[1] === "1" ? 1 : 2,
  mlp: name[2] === "1" ? 1 : 2,
});

export const headsOf = (config: { heads?: number }): number => config.heads ?? 1;

/** Side of the patches that an image is cut into. */
export const patchOf = (config: { patch?: number }, image: { height: number }): number =>
  config.patch ?? Math.max(1, Math.floor(image.height / 4));

const names: Record<Architecture, string> = {
  rn1: "RN1",
  rn2: "RN2",
  t11: "T11",
  t12: "T12",
  t21: "T21",
  t22: "T22",
  conv: "Conv",
  ufm: "UFM",
};

export function architectureLabel(
  name: Architecture,
  norm: Normalization,
  extra: { heads?: number; patch?: number } = {},
): string {
  const parts = [names[name]];
  if (norm === "pre-ln" && name !== "ufm") parts.push("pre-LN");
  if (extra.heads !== undefined && extra.heads > 1) parts.push(`${extra.heads} heads`);
  if (extra.patch !== undefined) parts.push(`patch ${extra.patch}`);
  return parts.join(" ");
}

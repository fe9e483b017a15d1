/** What an array is for. */
export type Role = "features" | "labels" | "weights" | "bias" | "ignored";

const labels = /^(y|labels?|targets?|class(es)?|class[ _-]?(ids?|labels?|index)|gt|ground[ _-]?truth)$/;
const features =
  /^(h|x|z|features?|feats?|embeddings?|activations?|acts?|latents?|hidden|representations?|reps?|penultimate|avgpool|pool|pooled|flatten)$/;
const layer = /^(h|x|z|l|layers?|features?|feats?|embeddings?|activations?|acts?|hidden|blocks?|stages?|avgpool)([ ._-]?\d+)+$/;
const weights =
  /^(w|weights?|classifier|(.*[ ._-])?(fc|head|classifier|linear|lm_head|out|output)([ ._-]?\d+)?[ ._-](w|weights?)|w[ ._-]?(fc|head|classifier|out))$/;
const bias =
  /^(b|bias(es)?|(.*[ ._-])?(fc|head|classifier|linear|lm_head|out|output)([ ._-]?\d+)?[ ._-](b|bias(es)?)|b[ ._-]?(fc|head|classifier|out))$/;
const ignored = /^(logits?|preds?|predictions?|probs?|probabilities|outputs?|losses|loss|index|indices|ids?)$/;

/** What an array is for by its name alone; null: its name does not say. */
export function roleOf(name: string): Role | null {
  const plain = name.slice(-200).toLowerCase().trim();
  if (labels.test(plain)) return "labels";
  if (weights.test(plain)) return "weights";
  if (bias.test(plain)) return "bias";
  if (features.test(plain) || layer.test(plain)) return "features";
  return ignored.test(plain) ? "ignored" : null;
}

/** Whether a name says no more than that something is features. */
export const isPlainFeatures = (name: string): boolean => features.test(name.toLowerCase().trim());

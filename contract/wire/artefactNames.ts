/** Names of files that a run leaves to the server: nothing else is taken, or given. */
export const featuresName = "features.safetensors";
export const checkpointName = (step: number): string => `checkpoint-${step}.ckpt`;
export const artefactName = /^(features\.safetensors|checkpoint-(0|[1-9]\d{0,9})\.ckpt)$/;

/** Files that a run may have: features and twenty checkpoints. */
export const maxArtefacts = 21;

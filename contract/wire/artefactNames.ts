/** Names of files that a run leaves to the server: nothing else is taken, or given. */
export const featuresName = "features.safetensors";
export const checkpointName = (step: number): string => `${lastPrefix}${step}.ckpt`;
export const lastPrefix = "checkpoint-";
/** A checkpoint of a run that has not finished, for another machine to resume from: gone once it has. */
export const resumeName = (step: number): string => `${resumePrefix}${step}.ckpt`;
export const resumePrefix = "resume-";
export const artefactName = /^(features\.safetensors|(checkpoint|resume)-(0|[1-9]\d{0,9})\.ckpt)$/;

/** What a run has left at its end. */
export const isLastName = (name: string): boolean => name.startsWith(lastPrefix);
export const isResumeName = (name: string): boolean => name.startsWith(resumePrefix);
/** The step in a checkpoint's name; 0 for other names. */
export const stepInName = (name: string): number => Number(/-(\d+)\.ckpt$/.exec(name)?.[1] ?? 0);

/** Files that an ended run may have: features and twenty checkpoints. */
export const maxArtefacts = 21;

/** Files that wait for their import, and what says their names: in the same store, under an id that no run has. */
export const waitingName = "upload";
export const waitingAboutName = "upload.json";
export const isWaitingName = (name: string): boolean => name === waitingName || name === waitingAboutName;

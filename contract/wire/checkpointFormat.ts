/** How a checkpoint's file begins; a line of JSON follows, then float32 values. */
export const checkpointMagic = "collapsar checkpoint 1\n";
/** How it ends: the sha256 of all before it, hex, and a line feed. */
export const checkpointTrailerBytes = 65;

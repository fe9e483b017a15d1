/** How exactly a device multiplies float32 matrices: as float32, or rounding each factor to TF32's ten bits after the leading one. */
export const precisions = ["float32", "tf32"] as const;
export type Precision = (typeof precisions)[number];

const texts: Record<Precision, string> = { float32: "float32 products", tf32: "TF32 products (rounded to about 3 digits)" };

/** For people: "float32 products". @param precision of whatever version of the program */
export const precisionText = (precision: string): string => texts[precision as Precision] ?? `${precision} products`;

/** What the log of a run says of it; null where there is nothing to say. */
export const precisionWarning = (precision: Precision): string | null =>
  precision === "float32"
    ? null
    : "This device rounds the factors of matrix products to TF32, about 3 digits: small values of NC1 and of the gap to the optimum are not comparable with those of other devices. Start the worker without NVIDIA_TF32_OVERRIDE, or with NVIDIA_TF32_OVERRIDE=0, to switch that off.";

import type { Precision } from "../../contract/precision.ts";
import type { Device } from "./engine.ts";
import { judgeProduct, type KnownProduct, knownProduct } from "./knownProduct.ts";

/** What came of trying a device: why it cannot be used, or how exactly it multiplies. */
export type Probed = { problem: string } | { precision: Precision };

/** The product that a device is tried with: on a GPU large enough for the units that round to be taken, where they are allowed. */
export const productFor = (device: Device): KnownProduct =>
  device === "cpu" ? knownProduct(32, 64, 48) : knownProduct(512, 128, 256);

/** @param where says of whom a wrong product is */
export function probedBy(known: KnownProduct, given: ArrayLike<number>, where: string): Probed {
  const judged = judgeProduct(known, given);
  return typeof judged === "string" ? { precision: judged } : { problem: `${where}: ${judged.wrong}` };
}

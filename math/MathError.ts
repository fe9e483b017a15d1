/** A value for which a formula is not defined; the message names the value and the bound it breaks. */
export class MathError extends Error {
  override readonly name = "MathError";
}

/**
 * Checks that a number is finite and at least (or above) a bound.
 * @throws {MathError} naming the value and the bound
 */
export function assertAtLeast(name: string, value: number, bound: number, strict = false): void {
  const holds = Number.isFinite(value) && (strict ? value > bound : value >= bound);
  if (!holds) throw new MathError(`${name} = ${value} must be finite and ${strict ? "above" : "at least"} ${bound}`);
}

/**
 * Checks that a number is an integer of at least a bound.
 * @throws {MathError} naming the value and the bound
 */
export function assertInteger(name: string, value: number, bound: number): void {
  if (!Number.isInteger(value) || value < bound)
    throw new MathError(`${name} = ${value} must be an integer of at least ${bound}`);
}

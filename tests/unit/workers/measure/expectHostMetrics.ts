import { expect } from "vitest";
import type { Engine } from "../../../../workers/engine/engine.ts";
import { type Given, make, metricsOf, sumOnDevice, sumOnHost } from "./givenFeatures.ts";

export async function both(engine: Engine, given: Given, secondPass = true) {
  const made = make(given);
  const device = await sumOnDevice(engine, given, made, secondPass);
  if (!device) throw new Error("a sum is not finite");
  return { made, device, host: await sumOnHost(given, made, secondPass) };
}

/** @param relative of a metric's size @param absolute what rounding of O(1) numbers leaves of a metric that is 0 */
export function expectAlike(
  device: Record<string, number>,
  host: Record<string, number>,
  relative: number,
  absolute: number,
): void {
  expect(Object.keys(device).sort()).toEqual(Object.keys(host).sort());
  for (const [key, value] of Object.entries(host)) {
    const bound = relative * Math.abs(value) + absolute;
    expect(Math.abs(device[key] - value), `${key} = ${value}, on the device ${device[key]}`).toBeLessThanOrEqual(bound);
  }
}

/** Every metric of these features, as the host has it; counts exactly. */
export async function expectHostMetrics(engine: Engine, given: Given, relative: number, absolute: number): Promise<void> {
  const { device, host } = await both(engine, given);
  const [a, b] = [metricsOf(device), metricsOf(host)];
  // A scatter keeps its digits however small: no absolute share for what has a scale of its own.
  const isScaled = (key: string) => / nc1\.| fit$/.test(key);
  const pick = (values: Record<string, number>, scaled: boolean) =>
    Object.fromEntries(Object.entries(values).filter(([key]) => isScaled(key) === scaled));
  expectAlike(pick(a.values, true), pick(b.values, true), relative, 0);
  expectAlike(pick(a.values, false), pick(b.values, false), relative, absolute);
  expect(a.missing).toEqual(b.missing);
  for (const key of Object.keys(b.values).filter((id) => /accuracy|nc4/.test(id))) expect(a.values[key], key).toBe(b.values[key]);
}

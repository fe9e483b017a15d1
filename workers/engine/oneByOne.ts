import type { Outputs, Step, Values } from "./engine.ts";

/** Several updates by a call each, where a device has no loop. */
export async function oneByOne<I extends string, O extends string>(
  step: Pick<Step<string, I, O>, "run">,
  inputsOfEach: readonly Record<I, Values>[],
): Promise<Outputs<O>[]> {
  const all: Outputs<O>[] = [];
  for (const inputs of inputsOfEach) {
    const outputs = await step.run(inputs);
    // A call's arrays hold until the next call.
    all.push(Object.fromEntries(Object.entries<Float32Array>(outputs).map(([name, data]) => [name, data.slice()])) as Outputs<O>);
  }
  return all;
}

import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "../../../server/appRouter.ts";

type Outputs = inferRouterOutputs<AppRouter>;
type Inputs = inferRouterInputs<AppRouter>;

/** "experiments.get", …: every procedure by its address. */
export type Procedure = { [R in keyof Outputs & string]: `${R}.${keyof Outputs[R] & string}` }[keyof Outputs & string];

type At<Of, P extends string> = P extends `${infer R}.${infer V}`
  ? R extends keyof Of
    ? V extends keyof Of[R]
      ? Of[R][V]
      : never
    : never
  : never;

/** What a procedure takes. */
export type InputOf<P extends Procedure> = At<Inputs, P>;
/** Without what only studies that were trained elsewhere have: a test of those asks for `AnyOutputOf`. */
type Trained<Output> = Exclude<Output, { config: { kind: "external" } } | { row: { config: { kind: "external" } } }>;

/** What a procedure answers. */
export type AnyOutputOf<P extends Procedure> = At<Outputs, P>;
/** What a procedure answers of what is trained here. */
export type OutputOf<P extends Procedure> = Trained<AnyOutputOf<P>>;

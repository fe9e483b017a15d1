import { inputOf, procedures } from "../support/client/procedureRights.ts";
import { hostileValue, mutate, toJson } from "./hostile.ts";
import type { Random } from "./random.ts";
import { type Stage, someone, type Target } from "./stage.ts";

/** Every procedure with spoiled inputs, alone and in batches, by everyone. */
export function procedureTarget(stage: Stage): Target {
  const real = { id: stage.experimentId, experimentId: stage.experimentId, token: stage.share };
  const valid = (name: string): unknown => {
    const input = inputOf(name);
    if (typeof input !== "object" || input === null) return input;
    const filled: Record<string, unknown> = { ...input };
    for (const [field, value] of Object.entries(real)) if (field in filled) filled[field] = value;
    if (name.startsWith("runs.")) filled.id = stage.runId;
    return filled;
  };
  // What would end the fuzzer's own access is tried with spoiled inputs alone.
  const makeInput = (random: Random, name: string) =>
    random.chance(0.15) ? hostileValue(random) : mutate(random, valid(name) ?? null);

  async function attempt(random: Random): Promise<string> {
    const chosen = Array.from({ length: random.chance(0.15) ? 1 + random.below(25) : 1 }, () => random.pick(procedures));
    const batch = chosen.length > 1 || random.chance(0.1);
    const inputs = chosen.map(({ name }) => makeInput(random, name));
    const input = batch ? Object.fromEntries(inputs.entries()) : inputs[0];
    const asQuery = random.chance(0.1) ? !chosen[0].isQuery : chosen[0].isQuery;
    const text = random.chance(0.05) ? toJson(input).slice(0, random.below(200)) : toJson(input);
    const address = `${stage.server.url}/trpc/${chosen.map(({ name }) => name).join(",")}?${batch ? "batch=1&" : ""}`;
    const headers = { "content-type": "application/json", ...someone(random, stage) };
    const query = encodeURIComponent(text.toWellFormed());
    const response =
      asQuery && query.length < 8_000
        ? await fetch(`${address}input=${query}`, { headers })
        : await fetch(address, { method: "POST", headers, body: text });
    const answer = await response.text();
    return `${response.status} ${codesIn(answer)}`;
  }
  return { name: "procedures", atOnce: 6, attempt: (random) => attempt(random), close: async () => {} };
}

/** The refusals of an answer, each once. */
function codesIn(answer: string): string {
  const codes = new Set([...answer.matchAll(/"failure":\{"code":"([A-Z_]+)"/g)].map(([, code]) => code));
  return codes.size === 0 ? "" : codes.has("INTERNAL") ? "INTERNAL" : codes.size > 1 ? "several refusals" : [...codes][0];
}

import type { Right } from "../../../contract/people.ts";
import { appRouter } from "../../../server/appRouter.ts";
import { grid } from "../builders/studies.ts";

export const nowhere = "00000000-0000-4000-8000-000000000000";

/** anyone: proves itself by its input · study: the right to read, or a share link of that study. */
type Needed = Right | "anyone" | "study";

/** What each procedure needs, written down by hand: a new procedure without a line here fails. */
export const needed: Record<string, Needed> = {
  "about.program": "read",
  "about.storage": "read",
  "about.watchedFolder": "edit",
  "account.me": "read",
  "account.sessions": "self",
  "account.endSessions": "self",
  "account.tokens": "self",
  "account.createToken": "self",
  "account.revokeToken": "self",
  "people.list": "manage",
  "people.invite": "manage",
  "people.inviteToNewPassword": "manage",
  "people.revokeInvitation": "manage",
  "people.setRole": "manage",
  "people.remove": "manage",
  "experiments.list": "read",
  "experiments.get": "study",
  "experiments.turn": "read",
  "experiments.dataWarnings": "study",
  "experiments.series": "study",
  "experiments.profile": "study",
  "experiments.estimate": "launch",
  "experiments.launch": "launch",
  "experiments.openRecording": "launch",
  "experiments.addDepths": "launch",
  "experiments.addSeeds": "launch",
  "experiments.runMissing": "launch",
  "experiments.cancel": "launch",
  "experiments.pause": "launch",
  "experiments.resume": "launch",
  "experiments.update": "edit",
  "experiments.remove": "edit",
  "experiments.restore": "edit",
  "runs.get": "study",
  "runs.log": "study",
  "runs.geometry": "study",
  "runs.series": "study",
  "runs.lists": "study",
  "runs.cancel": "launch",
  "runs.pause": "launch",
  "runs.resume": "launch",
  "runs.again": "launch",
  "runs.remove": "manage",
  "workers.list": "read",
  "workers.tokens": "manage",
  "workers.createToken": "manage",
  "workers.revokeToken": "manage",
  "workers.drain": "manage",
  "workers.resume": "manage",
  "launchers.list": "read",
  "launchers.retry": "manage",
  "launchers.workerManifest": "read",
  "shares.list": "edit",
  "shares.create": "edit",
  "shares.setFrames": "edit",
  "shares.revoke": "edit",
  "shared.open": "anyone",
  "notifications.list": "edit",
  "notifications.create": "edit",
  "notifications.remove": "edit",
  "notifications.test": "edit",
};

/** What these rights open. */
export const openTo = (of: Readonly<Record<string, Needed>>, rights: readonly Right[]): string[] =>
  Object.entries(of)
    .filter(([, right]) => right === "anyone" || rights.includes(right === "study" ? "read" : right))
    .map(([name]) => name)
    .sort();

/** Valid inputs, so that a refusal is one of access; `{id: nowhere}` where nothing else is said. */
const inputs: Record<string, unknown> = {
  "about.program": undefined,
  "about.storage": undefined,
  "about.watchedFolder": undefined,
  "account.me": undefined,
  "account.sessions": undefined,
  "account.endSessions": { which: "one", id: nowhere },
  "account.tokens": undefined,
  "account.createToken": { name: "x", scope: "read" },
  "people.list": undefined,
  "people.invite": { role: "viewer" },
  "people.setRole": { id: nowhere, role: "viewer" },
  "experiments.list": {},
  "experiments.estimate": grid(),
  "experiments.launch": { name: "x", config: grid() },
  "experiments.openRecording": { preset: "nowhere" },
  "experiments.addDepths": { id: nowhere, depths: [3] },
  "experiments.addSeeds": { id: nowhere, seeds: [3] },
  "experiments.series": { id: nowhere, keys: ["train/loss"] },
  "experiments.profile": { id: nowhere, metric: "nc1.ratio" },
  "runs.lists": { id: nowhere, keys: ["train/nc1.class@1:*"] },
  "workers.list": undefined,
  "workers.tokens": undefined,
  "workers.createToken": { name: "x" },
  "launchers.list": undefined,
  "launchers.retry": { kind: "slurm" },
  "launchers.workerManifest": {
    ...{ namespace: "lab", image: "collapsar:1.0", server: "https://collapsar.example.org", secret: "collapsar-worker" },
    ...{ device: "cpu", cores: 4, memoryGiB: 8, queue: null, name: "night", workers: 2, minutes: 230 },
  },
  "workers.drain": { id: nowhere, drained: true },
  "shares.list": { experimentId: nowhere },
  "shares.create": { experimentId: nowhere },
  "shares.setFrames": { id: nowhere, frames: "nobody" },
  "shared.open": { token: "forged" },
  "notifications.list": {},
  "notifications.create": { experimentId: nowhere, url: "https://hooks.example.org/x" },
};
export const inputOf = (name: string): unknown => (name in inputs ? inputs[name] : { id: nowhere });

export interface Procedure {
  name: string;
  isQuery: boolean;
}

/** All that there are, from the router itself. */
export const procedures: Procedure[] = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>,
).map(([name, procedure]) => ({ name, isQuery: procedure._def.type === "query" }));

/** Calls a procedure of a server as it comes. */
export async function ask(
  url: string,
  { name, isQuery }: Procedure,
  headers: Record<string, string>,
  input = inputOf(name),
): Promise<{ status: number; text: string }> {
  const query = isQuery && input !== undefined ? `?input=${encodeURIComponent(JSON.stringify(input))}` : "";
  const init = isQuery
    ? { headers }
    : { method: "POST", body: JSON.stringify(input ?? {}), headers: { "content-type": "application/json", ...headers } };
  const response = await fetch(`${url}/trpc/${name}${query}`, init);
  return { status: response.status, text: await response.text() };
}

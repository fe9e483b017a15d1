import { createHash } from "node:crypto";
import { Failure } from "../../../contract/failure.ts";
import type { ExternalRun } from "../../../db/queries/runs.ts";
import type { Person } from "../../access/person.ts";

/** The id of a person's run of this key: the same for every try to report it. */
export function externalRunId({ memberId }: Person, runKey: string): string {
  const hex = createHash("sha256")
    .update(`external run ${memberId ?? "owner"} ${runKey.toLowerCase()}`)
    .digest("hex");
  // In the form of a UUID of version 8: what it is made of is the program's own affair.
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}

/** What is locked while a study of a name is looked for, and made. */
export const studyLock = ({ memberId }: Person, study: string): string => `external study ${memberId ?? "owner"} ${study}`;

/** @throws Failure NOT_ALLOWED for a run that somebody else reports, or that was imported */
export function requireOwnRun(person: Person, { id, external }: Pick<ExternalRun, "id" | "external">): void {
  if (externalRunId(person, external.runKey) !== id)
    throw new Failure(
      "NOT_ALLOWED",
      "Only whoever reports this run can add to it: open a run of your own, with a key of its own.",
    );
}

import { Failure } from "../../../contract/failure.ts";
import type { ExternalRun } from "../../../db/queries/runs.ts";
import type { Person } from "../../access/person.ts";
import { uuidOf } from "./uuidOf.ts";

/** The id of a person's run of this key: the same for every try to report it. */
export const externalRunId = ({ memberId }: Person, runKey: string): string =>
  uuidOf(`external run ${memberId ?? "owner"} ${runKey.toLowerCase()}`);

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

import type { FailureCode } from "../../contract/failure.ts";
import type { Right } from "../../contract/people.ts";
import type { Access } from "./access.ts";
import { type Person, readerOf, rightsOfPerson } from "./person.ts";
import type { Reader } from "./reader.ts";

/** What people are told who may not do what they ask for, whichever way they came in. */
export const refusals = {
  deadLink: "This link is invalid or has been revoked.",
  deadInvitation: "This invitation is invalid, or was already used or revoked: ask for a new one.",
  linkOnlyReads: "A share link can only read its own study.",
  signInFirst: "Sign in first: open /enter.",
  unknownToken: "This token is unknown, has expired or has been revoked: create one on the Workers page.",
  unknownApiToken: "This token is unknown, has expired or has been revoked: create one under “Sessions and tokens” (/access).",
  otherSite: "Requests from other sites are refused.",
  noRoom: "There is no such room.",
  noExport: "There is no such export.",
} as const;

export interface Refusal {
  code: Extract<FailureCode, "NOT_FOUND" | "NOT_ALLOWED">;
  status: 401 | 403 | 404;
  message: string;
}

/** Roles that have a right, for the refusal of those that lack it. */
const neededRole: Record<Right, string> = {
  read: "a viewer",
  self: "a person who is signed in",
  launch: "an editor",
  log: "an editor",
  edit: "an editor",
  manage: "an owner",
};

/** Why someone lacks a right: a dead link looks like none at all. */
export function refuseAccess(access: Access, right: Right): Refusal {
  switch (access.kind) {
    case "refused":
      return { code: "NOT_FOUND", status: 404, message: refusals.deadLink };
    case "share":
      return { code: "NOT_ALLOWED", status: 403, message: refusals.linkOnlyReads };
    case "nobody":
      return { code: "NOT_ALLOWED", status: 401, message: refusals.signInFirst };
    case "person": {
      const { role, token } = access.person;
      const named = `${role === "viewer" ? "a" : "an"} ${role}`;
      const who = token ? `this is an API token of scope “${token.scope}”, made by ${named}` : `you are signed in as ${named}`;
      return { code: "NOT_ALLOWED", status: 403, message: `This needs ${neededRole[right]}, but ${who}.` };
    }
  }
}

/** The person who asks, if they have this right. */
export const personWith = (access: Access, right: Right): Person | null =>
  access.kind === "person" && rightsOfPerson(access.person).includes(right) ? access.person : null;

/** What of the studies someone may read: by the right to read, or by a share link; null if nothing. */
export function readerWith(access: Access): Reader | null {
  if (access.kind === "share") return access.reader;
  const person = personWith(access, "read");
  return person && readerOf(person);
}

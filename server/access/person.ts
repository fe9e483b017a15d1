import { type Right, type Role, rightsOf, type TokenScope } from "../../contract/people.ts";
import type { Reader } from "./reader.ts";

/** Who asks, once they have proved it. */
export interface Person {
  role: Role;
  /** null: whoever has the access key, or anyone at this machine where there is no sign-in. */
  memberId: string | null;
  /** null where there is no sign-in. */
  name: string | null;
  /** The browser's session by which they come. */
  sessionId: string | null;
  /** The program's token by which they come. */
  token: { id: string; scope: TokenScope } | null;
}

/** Name of whoever has the access key. */
export const keyHolder = "owner";

/** Everyone at a machine that its owner has to themselves. */
export const singleUser: Person = { role: "owner", memberId: null, name: null, sessionId: null, token: null };

export const rightsOfPerson = (person: Person): Right[] => rightsOf(person.role, person.token?.scope ?? null);

/** What of the studies a person reads: everything, to change it or not. */
export const readerOf = (person: Person): Reader => ({
  experimentId: null,
  hideNames: false,
  readOnly: !rightsOfPerson(person).includes("edit"),
});

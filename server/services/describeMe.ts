import type { MeView } from "../../contract/views.ts";
import type { ServiceContext } from "./context.ts";
import { type Person, rightsOfPerson } from "./person.ts";

export function describeMe(context: ServiceContext, person: Person): MeView {
  const { name, role, sessionId } = person;
  return { name, role, rights: rightsOfPerson(person), signIn: sessionId !== null, shared: context.shared };
}

import type { MeView } from "../../../contract/wire/views.ts";
import { type Person, rightsOfPerson } from "../../access/person.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";

export function describeMe(context: ServiceContext, person: Person): MeView {
  const { name, role, sessionId } = person;
  return { name, role, rights: rightsOfPerson(person), signIn: sessionId !== null, shared: context.shared };
}

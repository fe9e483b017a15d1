import type { Role } from "../../../contract/people.ts";
import type { TestServer } from "../processes/server.ts";

export const password = "correct horse battery";
let made = 0;

export interface Joined {
  status: number;
  cookie: string;
  text: string;
}

/** Sends a form of the sign-in pages, as a browser does. */
export async function post(url: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Joined> {
  const response = await fetch(url, { method: "POST", body: new URLSearchParams(form), redirect: "manual", headers });
  const cookie = (response.headers.getSetCookie().at(-1) ?? "").split(";")[0];
  return { status: response.status, cookie, text: await response.text() };
}

/** A new member, by an invitation that the owner makes. The server's calls must be signed in. */
export async function addMember(server: TestServer, role: Role, name = `${role} ${++made}`) {
  const { url } = await server.call("people.invite", { role });
  const email = `${name.replace(/\W+/g, "-")}@example.org`.toLowerCase();
  const { status, cookie, text } = await post(url, { name, email, password });
  if (status !== 303) throw new Error(`joining: ${status} ${text}`);
  const { members } = await server.call("people.list");
  return { id: members.find((member) => member.email === email)!.id, cookie, email, name };
}

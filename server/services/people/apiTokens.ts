import { randomUUID } from "node:crypto";
import { Failure } from "../../../contract/failure.ts";
import { type CreateApiTokenRequest, mayMakeToken, rightsOf } from "../../../contract/people.ts";
import type { ApiTokenView } from "../../../contract/wire/views.ts";
import { insertApiToken, listApiTokenRows, type Makers, markApiTokenRevoked } from "../../../db/queries/apiTokens.ts";
import { keyHolder, type Person } from "../../access/person.ts";
import { digest, newSecret } from "../../access/secrets.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";

/**
 * Creates a program's token, which is shown only once.
 * @throws Failure NOT_ALLOWED if it could do more than its maker
 */
export async function createApiToken(
  context: ServiceContext,
  person: Person,
  input: CreateApiTokenRequest,
): Promise<{ id: string; token: string }> {
  if (!mayMakeToken(person.role, input.scope))
    throw new Failure(
      "NOT_ALLOWED",
      `A token to ${input.scope} needs an ${input.scope === "manage" ? "owner" : "editor"}: you are ${person.role === "editor" ? "an" : "a"} ${person.role}.`,
    );
  const [id, token] = [randomUUID(), newSecret()];
  await insertApiToken(context.database.orm, { ...input, id, hash: digest(token), memberId: person.memberId });
  return { id, token };
}

/** A person's own tokens, or everybody's for those who may manage them. */
const within = (person: Person): Makers =>
  rightsOf(person.role, null).includes("manage") ? "everybody" : { memberId: person.memberId };

export async function listApiTokens(context: ServiceContext, person: Person): Promise<ApiTokenView[]> {
  const rows = await listApiTokenRows(context.database.orm, within(person));
  return rows.map(({ token, maker }) => ({
    id: token.id,
    name: token.name,
    scope: token.scope,
    maker: maker ?? keyHolder,
    own: token.memberId === person.memberId,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    revokedAt: token.revokedAt?.toISOString() ?? null,
  }));
}

/** Ends a token at once. @throws Failure NOT_FOUND also if it is somebody else's and the person may not manage those */
export async function revokeApiToken(context: ServiceContext, person: Person, id: string): Promise<{ ok: true }> {
  requireFound(await markApiTokenRevoked(context.database.orm, id, within(person)), "token");
  context.changes.dropReaders("apiToken", id);
  return { ok: true };
}

import { randomUUID } from "node:crypto";
import { Failure } from "../../../contract/failure.ts";
import { rightsOf } from "../../../contract/people.ts";
import { type CreateHookRequest, type HookView, notificationLimits } from "../../../contract/wire/notifications.ts";
import { getExperimentRow } from "../../../db/queries/experiments.ts";
import {
  countHooks,
  deleteHook,
  findHook,
  insertHook,
  listHookRows,
  recordTest,
  type StoredHook,
} from "../../../db/queries/notifications.ts";
import type { Person } from "../../access/person.ts";
import { newSecret } from "../../access/secrets.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { requireFound } from "../../failures/requireFound.ts";
import { testBody } from "./notificationBodies.ts";
import { postSigned } from "./postSigned.ts";

const manages = (person: Person) => rightsOf(person.role, person.token?.scope ?? null).includes("manage");

/**
 * Has an address told of an experiment, or of all of them. The secret that signs what it is sent is shown only once.
 * @throws Failure NOT_ALLOWED, NOT_FOUND, or CONFLICT where there are as many as there may be
 */
export async function createHook(
  context: ServiceContext,
  person: Person,
  input: CreateHookRequest,
): Promise<{ id: string; secret: string }> {
  const { orm } = context.database;
  if (input.experimentId === null && !manages(person))
    throw new Failure("NOT_ALLOWED", "A webhook for every experiment needs an owner of the server: choose one experiment.");
  if (input.experimentId !== null) requireFound(await getExperimentRow(orm, input.experimentId), "experiment");
  const [id, secret] = [randomUUID(), newSecret()];
  if ((await countHooks(orm, input.experimentId)) >= notificationLimits.hooks)
    throw new Failure(
      "CONFLICT",
      `There are ${notificationLimits.hooks} webhooks ${input.experimentId === null ? "of the server" : "of this experiment"} already: remove one first.`,
    );
  await insertHook(orm, { ...input, id, secret, memberId: person.memberId });
  if (input.experimentId !== null) context.refreshSoon(input.experimentId);
  return { id, secret };
}

/** A person's own webhooks, or everybody's for who manages the server. @param experimentId null: of every experiment */
export async function listHooks(context: ServiceContext, person: Person, experimentId: string | null): Promise<HookView[]> {
  const makers = manages(person) ? "everybody" : { memberId: person.memberId };
  const rows = await listHookRows(context.database.orm, makers, experimentId);
  return rows.map(({ hook: { secret: _secret, memberId: _member, createdAt, ...hook }, experimentName, waiting, last }) => ({
    ...hook,
    experimentName,
    waiting,
    createdAt: createdAt.toISOString(),
    last: last && { ...last, at: new Date(last.at).toISOString() },
  }));
}

/** @throws Failure NOT_FOUND also if it is somebody else's and the person does not manage the server */
export async function removeHook(context: ServiceContext, person: Person, id: string): Promise<{ ok: true }> {
  await requireOwn(context, person, id);
  requireFound(await deleteHook(context.database.orm, id), "webhook");
  return { ok: true };
}

/** Sends a test now, once. @returns null once it was taken, or what is wrong */
export async function testHook(context: ServiceContext, person: Person, id: string): Promise<{ problem: string | null }> {
  const { url, secret } = await requireOwn(context, person, id);
  const { orm } = context.database;
  const body = testBody(context.publicUrl);
  const problem = await postSigned(
    { url, secret, body },
    { allowed: context.webhooks.allowed, timeoutMs: 10_000, version: context.version },
  );
  await recordTest(orm, { id: body.id, hookId: id, body }, problem);
  return { problem };
}

async function requireOwn(context: ServiceContext, person: Person, id: string): Promise<StoredHook> {
  const hook = await findHook(context.database.orm, id);
  return requireFound(hook && (manages(person) || hook.memberId === person.memberId) ? hook : null, "webhook");
}

import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from "node:crypto";
import { claimKey, dropClaim, findKey, keepAnswer, type RequestKey, renewClaim } from "../../../db/queries/keptAnswers.ts";
import { digest } from "../../access/secrets.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";

/** For how long the answer to a key is kept. */
export const keptMs = 24 * 3_600_000;
/** A server that has not said for so long that it works on a request is gone. */
const claimMs = 60_000;

export interface Answer {
  status: number;
  text: string;
}

/** The answer of the first time, or what stands in the way. */
export type Outcome =
  | { kind: "answered"; answer: Answer; replayed: boolean }
  /** The first one is still being worked on. */
  | { kind: "running" }
  /** The key belongs to another request. */
  | { kind: "other" };

/** A request as it is told from others. */
export interface Keyed {
  /** The member who asks, or "owner". */
  asker: string;
  key: string;
  /** sha256; null if it is known only once the body was read. */
  request: string | null;
}

/**
 * Carries a request out once for its key, over all servers of the database. One that fails may be sent again. If a server dies over a
 * request, another one carries it out after a minute, with the same id.
 * @param work is given an id that stays the same; gives the answer, and the request's sha256
 * @param readRequest of one whose answer is there already, where `request` is null
 */
export async function onceByKey(
  { database }: ServiceContext,
  { asker, key, request }: Keyed,
  work: (requestId: string) => Promise<Answer & { request: string }>,
  readRequest: () => Promise<string>,
): Promise<Outcome> {
  const place: RequestKey = { asker, keyHash: digest(key) };
  const secret = createHash("sha256").update(`answer\n${asker}\n${key}`).digest();
  const id = randomUUID();
  const claimed = await claimKey(database.orm, place, { id, requestId: randomUUID(), request, forMs: claimMs, keptMs });
  if (claimed === null) {
    const first = await findKey(database.orm, place);
    // It has just failed, and may be tried again.
    if (first === null) return { kind: "running" };
    if (first.request !== null && first.request !== (request ?? (await readRequest()))) return { kind: "other" };
    if (first.status === null || first.answer === null) return { kind: "running" };
    return { kind: "answered", answer: { status: first.status, text: decrypted(first.answer, secret) }, replayed: true };
  }
  const renewing = setInterval(() => void renewClaim(database.orm, place, id, claimMs).catch(() => undefined), claimMs / 3);
  try {
    const { request: whole, status, text } = await work(claimed.requestId);
    await keepAnswer(database.orm, place, id, { request: whole, status, answer: encrypted(text, secret) });
    return { kind: "answered", answer: { status, text }, replayed: false };
  } catch (error) {
    await dropClaim(database.orm, place, id).catch(() => undefined);
    throw error;
  } finally {
    clearInterval(renewing);
  }
}

const cipher = "aes-256-gcm";

function encrypted(text: string, secret: Buffer): Buffer {
  const iv = randomBytes(12);
  const seal = createCipheriv(cipher, secret, iv);
  const sealed = Buffer.concat([seal.update(text, "utf8"), seal.final()]);
  return Buffer.concat([iv, seal.getAuthTag(), sealed]);
}

function decrypted(bytes: Buffer, secret: Buffer): string {
  const open = createDecipheriv(cipher, secret, bytes.subarray(0, 12));
  open.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([open.update(bytes.subarray(28)), open.final()]).toString("utf8");
}

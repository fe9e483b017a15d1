import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Person } from "../access/person.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { type Answer, onceByKey } from "../services/requests/onceByKey.ts";
import { Refusal } from "./refusal.ts";

/** @throws Refusal 400 for a key that is none */
export function readKey(request: IncomingMessage): string | null {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return null;
  if (typeof key !== "string" || !/^[\x21-\x7e]{1,200}$/.test(key))
    throw new Refusal(
      400,
      "INVALID",
      "Idempotency-Key must have 1 to 200 visible ASCII characters without blanks: a UUID, for example.",
    );
  return key;
}

/** Adds up what a request consists of. */
export class RequestDigest {
  private readonly hash = createHash("sha256");

  constructor(method: string, address: string) {
    this.hash.update(`${method} ${address}\n`);
  }

  add(bytes: Uint8Array): void {
    this.hash.update(bytes);
  }

  /** Of what has been added. */
  text(): string {
    return this.hash.copy().digest("hex");
  }

  /** A body that is added while it is read. */
  async *through(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const part of body) {
      this.add(part);
      yield part;
    }
  }
}

interface Keyed {
  services: ServiceContext;
  person: Person;
  key: string;
  sum: RequestDigest;
  /** A body that is read as it comes; null: all of the request is in `sum`. */
  stream: AsyncIterable<Buffer> | null;
}

/**
 * Answers a request by its key.
 * @param work carries it out; a stream is read to its end by it or after it
 * @throws Refusal 409 while the first one is worked on, 422 where it was another request
 */
export async function answerOnce(
  { services, person, key, sum, stream }: Keyed,
  work: (requestId: string) => Promise<Answer>,
): Promise<Answer & { replayed: boolean }> {
  const rest = async () => {
    if (stream) for await (const _part of stream);
    return sum.text();
  };
  const outcome = await onceByKey(
    services,
    { asker: person.memberId ?? "owner", key, request: stream ? null : sum.text() },
    async (requestId) => ({ ...(await work(requestId)), request: await rest() }),
    rest,
  );
  if (outcome.kind === "running")
    throw new Refusal(409, "CONFLICT", "The request with this Idempotency-Key is being worked on: try again in a second.", {
      headers: { "retry-after": "1" },
    });
  if (outcome.kind === "other")
    throw new Refusal(422, "INVALID", "This Idempotency-Key was used for another request: choose a new one for each request.");
  return { ...outcome.answer, replayed: outcome.replayed };
}

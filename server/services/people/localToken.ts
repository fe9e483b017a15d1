import { keyHolder, type Person, singleUser } from "../../access/person.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { createApiToken, revokeApiToken } from "./apiTokens.ts";

/** What a killed server leaves behind expires by itself. */
const days = 1;
/** One that is given out is valid for at least half of its life. */
const freshMs = (days * 86_400_000) / 2;

const owner: Person = { ...singleUser, name: keyHolder };

/** The token that programs of the server's own user come by: whoever can open its control socket can read its access key too. */
export class LocalToken {
  private readonly context: ServiceContext;
  private last: { id: string; token: string; at: number } | null = null;

  constructor(context: ServiceContext) {
    this.context = context;
  }

  /** The same for some hours. */
  async give(): Promise<string> {
    if (this.last !== null && performance.now() - this.last.at < freshMs) return this.last.token;
    const at = performance.now();
    const made = await createApiToken(this.context, owner, {
      name: "Command line on the server's machine",
      scope: "launch",
      expiresInDays: days,
    });
    this.last = { ...made, at };
    return made.token;
  }

  /** Ends it with the server. */
  async end(): Promise<void> {
    const { last } = this;
    this.last = null;
    if (last !== null) await revokeApiToken(this.context, owner, last.id);
  }
}

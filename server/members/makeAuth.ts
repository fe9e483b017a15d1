import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError } from "better-auth/api";
import { betterAuth } from "better-auth/minimal";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import { maxPasswordLength, minPasswordLength, type Role } from "../../contract/people.ts";
import { storableText } from "../../contract/wireText.ts";
import type { Executor } from "../../db/database.ts";
import { accounts, members } from "../../db/peopleSchema.ts";
import { log } from "../log/log.ts";
import { authPath, oidcId } from "./addresses.ts";
import { ShortMemory } from "./shortMemory.ts";

/** An OpenID Connect provider by which members sign in. */
export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** Who is joining just now, and what lets them: without it nobody becomes a member. */
export interface Joining {
  role: Role;
  /** Uses the invitation up. @returns whether it was still there */
  claim(): Promise<boolean>;
}
export const joining = new AsyncLocalStorage<Joining>();

/**
 * better-auth as this server uses it: it keeps passwords and talks to the identity provider. Sessions are the server's own
 * (db/peopleSchema.ts), so those that it makes last for the moment in which they are exchanged.
 */
export function makeAuth(orm: Executor, given: { publicUrl: string; secret: string; oidc: OidcSettings | null }) {
  const { publicUrl, secret, oidc } = given;
  return betterAuth({
    appName: "Collapsar",
    baseURL: publicUrl,
    basePath: authPath,
    secret,
    database: drizzleAdapter(orm, { provider: "pg", schema: { user: members, account: accounts } }),
    secondaryStorage: new ShortMemory(),
    // It is given by the invitation alone, below.
    user: { additionalFields: { role: { type: "string", required: false, input: false } } },
    emailAndPassword: { enabled: true, minPasswordLength: minPasswordLength, maxPasswordLength: maxPasswordLength },
    // An address proves nothing here, as no mail is sent: an account is its member's alone, and is never found by its address.
    account: { accountLinking: { enabled: false }, updateAccountOnSignIn: false, storeStateStrategy: "cookie" },
    session: { expiresIn: 60 },
    advanced: {
      database: { generateId: () => randomUUID() },
      cookiePrefix: "collapsar-auth",
      useSecureCookies: publicUrl.startsWith("https:"),
    },
    databaseHooks: {
      user: { create: { before: admit } },
      account: { create: { before: async (account) => ({ data: { ...account, ...noTokens } }) } },
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: {
      level: "error",
      log: (_level, message, ...about) => log.error(["sign-in:", message, ...about.map(inShort)].join(" ")),
    },
    plugins: oidc === null ? [] : [genericOAuth({ config: [provider(oidc)] })],
  });
}

export type Auth = ReturnType<typeof makeAuth>;

async function admit<T extends { name?: string }>(user: T): Promise<{ data: T & { role: Role } }> {
  const invited = joining.getStore();
  if (!invited || !(await invited.claim())) throw new APIError("FORBIDDEN", { message: "not invited", code: "not_invited" });
  return { data: { ...user, name: storableText(user.name?.trim() || "unnamed", 80), role: invited.role } };
}

/** A failed statement quotes all its parameters, names, addresses and hashes among them. */
const inShort = (about: unknown): unknown =>
  about instanceof Error ? (about.cause instanceof Error ? about.cause.message : about.message.split("\n")[0]) : about;

const noTokens = { accessToken: null, refreshToken: null, idToken: null };

const provider = ({ issuer, clientId, clientSecret }: OidcSettings) => ({
  providerId: oidcId,
  discoveryUrl: `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
  requireIdTokenVerification: true,
  clientId,
  clientSecret,
  scopes: ["openid", "email", "profile"],
  pkce: true,
  authentication: "basic" as const,
  disableImplicitSignUp: true,
});

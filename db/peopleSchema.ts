import { boolean, index, integer, pgTable, primaryKey, text, timestamp, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { Role, TokenScope } from "../contract/people.ts";
import { at, bytea, now } from "./schema.ts";

/** People with a sign-in of their own. Who comes by the access key is the owner and has no row. */
export const members = pgTable(
  "members",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull(),
    email: text("email").notNull(),
    emailVerified: boolean("email_verified").notNull().default(false),
    image: text("image"),
    role: text("role").$type<Role>().notNull(),
    createdAt: now("created_at"),
    updatedAt: now("updated_at"),
  },
  (table) => [uniqueIndex("members_email").on(table.email)],
);

const memberId = (name = "member_id") => uuid(name).references(() => members.id, { onDelete: "cascade" });

/** Browsers that are signed in; only the sha256 of what their cookie holds is stored. */
export const sessions = pgTable(
  "sessions",
  {
    id: uuid("id").primaryKey(),
    hash: text("hash").notNull(),
    /** null: it came by the access key. */
    memberId: memberId(),
    /** Mark of the access key that it came by: another key ends it. */
    keyMark: text("key_mark"),
    browser: text("browser").notNull(),
    createdAt: now("created_at"),
    lastSeenAt: now("last_seen_at"),
    expiresAt: at("expires_at").notNull(),
  },
  (table) => [uniqueIndex("sessions_hash").on(table.hash), index("sessions_by_member").on(table.memberId)],
);

/** Tokens of programs; only their sha256 is stored. */
export const apiTokens = pgTable(
  "api_tokens",
  {
    id: uuid("id").primaryKey(),
    hash: text("hash").notNull(),
    /** Who made it, and is answerable for it; null: whoever has the access key. */
    memberId: memberId(),
    name: text("name").notNull(),
    scope: text("scope").$type<TokenScope>().notNull(),
    createdAt: now("created_at"),
    expiresAt: at("expires_at"),
    lastUsedAt: at("last_used_at"),
    revokedAt: at("revoked_at"),
  },
  (table) => [uniqueIndex("api_tokens_hash").on(table.hash), index("api_tokens_by_member").on(table.memberId)],
);

/** By what a member signs in: a password's hash, or the account at an identity provider. Of such a provider no token is kept. */
export const accounts = pgTable(
  "accounts",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("member_id")
      .notNull()
      .references(() => members.id, { onDelete: "cascade" }),
    providerId: text("provider_id").notNull(),
    accountId: text("account_id").notNull(),
    password: text("password"),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: at("access_token_expires_at"),
    refreshTokenExpiresAt: at("refresh_token_expires_at"),
    scope: text("scope"),
    createdAt: now("created_at"),
    updatedAt: now("updated_at"),
  },
  (table) => [
    uniqueIndex("accounts_at_provider").on(table.providerId, table.accountId),
    index("accounts_by_member").on(table.userId),
  ],
);

/** Links that let one person in, once; only the token's sha256 is stored. */
export const invitations = pgTable(
  "invitations",
  {
    id: uuid("id").primaryKey(),
    hash: text("hash").notNull(),
    role: text("role").$type<Role>().notNull(),
    /** For whom it is, as its maker wrote. */
    note: text("note").notNull(),
    /** The member who chooses a new password by it; null: it makes a member. */
    memberId: memberId(),
    /** Who made it: it ends with their right to make one. null: whoever has the access key. */
    madeBy: memberId("made_by"),
    createdAt: now("created_at"),
    expiresAt: at("expires_at").notNull(),
    usedAt: at("used_at"),
    revokedAt: at("revoked_at"),
  },
  (table) => [uniqueIndex("invitations_hash").on(table.hash)],
);

/** Links of servers' consoles, each of which signs one browser in, once; only the code's sha256 is stored. */
export const entryCodes = pgTable("entry_codes", {
  hash: text("hash").primaryKey(),
  /** Where it was printed: the next start there ends it. */
  place: text("place").notNull(),
  /** Mark of the access key that it stands for: another key ends it. */
  keyMark: text("key_mark").notNull(),
  expiresAt: at("expires_at").notNull(),
});

/** Wrong keys and passwords of the last minute, over all servers; whoever knocks is stored as a digest. */
export const signInMisses = pgTable(
  "sign_in_misses",
  {
    knocker: text("knocker").primaryKey(),
    at: timestamp("at", { withTimezone: true }).array().notNull(),
    lastAt: at("last_at").notNull(),
  },
  (table) => [index("sign_in_misses_by_time").on(table.lastAt)],
);

/** Requests of the API that were sent with an idempotency key, with their answers, for a day. */
export const keptAnswers = pgTable(
  "kept_answers",
  {
    /** The member who asked, or "owner". */
    asker: text("asker").notNull(),
    /** sha256 of the key. */
    keyHash: text("key_hash").notNull(),
    /** sha256 of the request; null while a long body is on its way. */
    request: text("request"),
    /** Given to what the request makes, so that a second try makes nothing twice. */
    requestId: uuid("request_id").notNull(),
    /** Of the server that works on it. */
    claim: uuid("claim").notNull(),
    /** Until when it counts as being worked on. */
    claimedUntil: at("claimed_until").notNull(),
    /** null: there is no answer yet. */
    status: integer("status"),
    /** Encrypted by the key, of which only the hash is here: an answer may hold a secret. */
    answer: bytea("answer"),
    createdAt: now("created_at"),
  },
  (table) => [primaryKey({ columns: [table.asker, table.keyHash] }), index("kept_answers_by_time").on(table.createdAt)],
);

import { boolean, index, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { Role, TokenScope } from "../contract/people.ts";
import { at, now } from "./schema.ts";

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

const memberId = () => uuid("member_id").references(() => members.id, { onDelete: "cascade" });

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

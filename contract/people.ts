import { z } from "zod";
import { isVisible, typedText } from "./wireText.ts";

/** What a person may be on a server, from the least to the most. */
export const roles = ["viewer", "editor", "owner"] as const;
export type Role = (typeof roles)[number];

/**
 * What a program's token is for; `log` alone is for programs that report runs of their own. None of them makes other ways in: that takes a
 * person.
 */
export const tokenScopes = ["read", "launch", "log", "edit", "manage"] as const;
export type TokenScope = (typeof tokenScopes)[number];

/**
 * read: every study · launch: new runs, and ending them · log: runs that are trained elsewhere · edit: names, notes, the archive, share links, deleting what can be
 * restored · self: one's own sessions and tokens · manage: people, workers' tokens, the tokens of others, deleting for good.
 */
export const rights = ["read", "launch", "log", "edit", "self", "manage"] as const;
export type Right = (typeof rights)[number];

const rightsOfRoles: Record<Role, readonly Right[]> = {
  viewer: ["read", "self"],
  editor: ["read", "self", "launch", "log", "edit"],
  owner: ["read", "self", "launch", "log", "edit", "manage"],
};
const rightsOfScopes: Record<TokenScope, readonly Right[]> = {
  read: ["read"],
  launch: ["read", "launch"],
  log: ["log"],
  edit: ["read", "launch", "edit"],
  manage: ["read", "launch", "edit", "manage"],
};

/** @param scope of the token by which they come; null: they come themselves. A token never has a right that its maker lacks. */
export const rightsOf = (role: Role, scope: TokenScope | null): Right[] =>
  rightsOfRoles[role].filter((right) => scope === null || rightsOfScopes[scope].includes(right));

/** Whether someone of this role may make a token of this scope. */
export const mayMakeToken = (role: Role, scope: TokenScope): boolean =>
  rightsOfScopes[scope].every((right) => rightsOfRoles[role].includes(right));

const shownName = (what: string) =>
  typedText(80, what)
    .trim()
    .min(1, `give ${what} with visible characters`)
    .refine((text) => text === "" || isVisible(text), `give ${what} with visible characters`);

export const createApiTokenRequest = z.strictObject({
  name: shownName("a name"),
  scope: z.enum(tokenScopes),
  /** null = until it is revoked */
  expiresInDays: z.number().gt(0).max(3650).nullable().default(null),
});
export type CreateApiTokenRequest = z.infer<typeof createApiTokenRequest>;

/** Which sessions are ended: the one that asks, another by its id, all but the one that asks, or all. */
export const endSessionsRequest = z.discriminatedUnion("which", [
  z.strictObject({ which: z.literal("this") }),
  z.strictObject({ which: z.literal("one"), id: z.uuid() }),
  z.strictObject({ which: z.literal("others") }),
  z.strictObject({ which: z.literal("all") }),
]);
export type EndSessionsRequest = z.infer<typeof endSessionsRequest>;

export const inviteRequest = z.strictObject({
  role: z.enum(roles),
  /** For whom it is; shown in the list of invitations alone. */
  note: typedText(80, "a note").trim().default(""),
  expiresInDays: z.number().gt(0).max(90).default(7),
});
export type InviteRequest = z.infer<typeof inviteRequest>;

export const setRoleRequest = z.strictObject({ id: z.uuid(), role: z.enum(roles) });
export type SetRoleRequest = z.infer<typeof setRoleRequest>;

export const minPasswordLength = 12;
export const maxPasswordLength = 200;

const email = typedText(200, "an e-mail address")
  .trim()
  .toLowerCase()
  .pipe(z.email("give an e-mail address such as name@example.org"));
const password = z
  .string()
  .min(minPasswordLength, `choose a password of at least ${minPasswordLength} characters`)
  .max(maxPasswordLength, `a password may have at most ${maxPasswordLength} characters`);

/** What the forms of the sign-in pages send. */
export const passwordSignIn = z.object({ email, password: z.string().max(maxPasswordLength, "this password is too long") });
export const joinForm = z.object({ name: shownName("a name"), email, password });
export const newPasswordForm = z.object({ password });

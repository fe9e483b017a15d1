import { createHash, randomBytes } from "node:crypto";

/** 192 random bits, as text for a link or a command line. */
export const newSecret = (): string => randomBytes(24).toString("base64url");

/** What is stored of a secret: it cannot be turned back, and needs no salt, as a secret is random. */
export const digest = (secret: string): string => createHash("sha256").update(secret).digest("hex");

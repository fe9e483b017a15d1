import { Failure } from "../../contract/failure.ts";
import { hostnameOf, isLoopback } from "./addressSettings.ts";
import { keyHint } from "./keySettings.ts";

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** @throws Failure INVALID naming the variable, its value and what it may be */
export function oidcSettings(env: NodeJS.ProcessEnv, hasKey: boolean): OidcSettings | null {
  const names = ["COLLAPSAR_OIDC_ISSUER", "COLLAPSAR_OIDC_CLIENT_ID", "COLLAPSAR_OIDC_CLIENT_SECRET"] as const;
  const issuer = env.COLLAPSAR_OIDC_ISSUER || null;
  const clientId = env.COLLAPSAR_OIDC_CLIENT_ID || null;
  const clientSecret = env.COLLAPSAR_OIDC_CLIENT_SECRET || null;
  if (issuer === null && clientId === null && clientSecret === null) return null;
  if (issuer === null || clientId === null || clientSecret === null)
    throw new Failure(
      "INVALID",
      `${names.filter((name) => !env[name]).join(" and ")} is not set: sign-in with OpenID Connect needs ${names.join(", ")}.`,
    );
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  if (url?.protocol !== "https:" && !(url?.protocol === "http:" && isLoopback(hostnameOf(issuer))))
    throw new Failure(
      "INVALID",
      `COLLAPSAR_OIDC_ISSUER is "${issuer}": it must begin with https://, since it says who people are.`,
    );
  if (!hasKey)
    throw new Failure(
      "INVALID",
      `COLLAPSAR_OIDC_ISSUER is set, so this server is for several people: set COLLAPSAR_ACCESS_KEY too. ${keyHint}`,
    );
  return { issuer, clientId, clientSecret };
}

import { UsageFailure } from "./usageFailure.ts";

export interface ClientSettings {
  /** Origin of the server, e.g. http://localhost:4040 */
  url: string;
  token: string | null;
}

/**
 * Which server the commands ask, and by which token: what the command line says, else the environment.
 * @throws UsageFailure naming where the value is from, the value and what it may be
 */
export function clientSettings(given: { server?: string; token?: string }): ClientSettings {
  const { COLLAPSAR_URL, COLLAPSAR_TOKEN, COLLAPSAR_PORT } = process.env;
  const url = given.server
    ? origin("--server", given.server)
    : COLLAPSAR_URL
      ? origin("COLLAPSAR_URL", COLLAPSAR_URL)
      : `http://localhost:${/^\d+$/.test(COLLAPSAR_PORT ?? "") ? COLLAPSAR_PORT : 4040}`;
  const token = given.token || COLLAPSAR_TOKEN || null;
  if (token !== null && !/^[\x21-\x7e]{1,200}$/.test(token))
    throw new UsageFailure(
      `${given.token ? "--token" : "COLLAPSAR_TOKEN"} is no token: it must have 1 to 200 visible characters without blanks.`,
    );
  return { url, token };
}

/** The folder of a person's own data sets as it is named; null: none is. */
export const datasetsFolder = (): string | null => process.env.COLLAPSAR_DATASETS_DIR || null;

/** Whether there is a screen for a browser. */
export const hasScreen = (): boolean =>
  process.platform !== "linux" || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

function origin(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new UsageFailure(`${name} is "${text}": it must begin with http:// or https://, e.g. http://localhost:4040`);
  if (url.username !== "" || url.password !== "")
    throw new UsageFailure(`${name} holds a user name or a password: give a token by COLLAPSAR_TOKEN instead.`);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "")
    throw new UsageFailure(`${name} is "${text}": give the address of the server without a path, ${url.origin}`);
  return url.origin;
}

import type { TokenScope } from "../../../contract/people.ts";
import type { TestServer } from "../processes/server.ts";

export interface ApiAnswer<T = unknown> {
  status: number;
  headers: Headers;
  text: string;
  /** The JSON of the answer; undefined where it is none. */
  body: T;
}

export interface ApiOptions {
  token?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  bytes?: string | Uint8Array<ArrayBuffer>;
}

/** Asks the API of a server, as a program does. */
export async function askApi<T = { id: string }>(
  server: { url: string },
  method: string,
  path: string,
  { token, headers = {}, body, bytes }: ApiOptions = {},
): Promise<ApiAnswer<T>> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    redirect: "manual",
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? bytes : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json") && text !== "";
  return { status: response.status, headers: response.headers, text, body: (isJson ? JSON.parse(text) : undefined) as T };
}

/** A new token of the one who is signed in. */
export async function makeApiToken(server: TestServer, scope: TokenScope): Promise<{ id: string; token: string }> {
  return server.call("account.createToken", { name: scope, scope });
}

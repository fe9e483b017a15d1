import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccessKey } from "./accessKey.ts";
import { answerText } from "./answerText.ts";
import { readBody } from "./readBody.ts";

/**
 * The door of a server with an access key. GET shows a page with one button, and POST lets in: mail programs and chats that look
 * at a link before a person does must not use up the one that is valid once.
 */
export async function serveEntrance(
  accessKey: AccessKey | null,
  secure: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { searchParams } = new URL(request.url!, "http://server");
  if (accessKey === null) return redirect(response, null);
  if (request.method !== "POST") return showPage(response, searchParams.get("key") ?? "");
  const body = await readBody(request, response);
  if (body === null) return;
  const given = new URLSearchParams(body.toString("utf8")).get("key") ?? searchParams.get("key") ?? "";
  const cookie = accessKey.enter(given.trim(), secure, request.socket.remoteAddress ?? "");
  if (cookie === "later") return answerText(response, 429, "Too many wrong keys from this address: try again in a minute.");
  if (cookie === null)
    return answerText(
      response,
      401,
      "This key is wrong, or its link was already used. Open /enter and type the access key, or restart the server for a new link.",
    );
  return redirect(response, cookie);
}

function redirect(response: ServerResponse, cookie: string | null): undefined {
  response.writeHead(303, { location: "/", "cache-control": "no-store", ...(cookie ? { "set-cookie": cookie } : {}) });
  response.end();
}

const asText = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

function showPage(response: ServerResponse, key: string): undefined {
  const field =
    key === ""
      ? `<label>Access key <input name="key" type="password" autocomplete="current-password" required autofocus></label>`
      : `<input name="key" type="hidden" value="${asText(key.slice(0, 500))}">`;
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    // Under "no-referrer" a browser would send the form with the origin "null", which is refused.
    "referrer-policy": "same-origin",
  });
  response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Collapsar: sign in</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;margin:0;padding:16px}
form{display:grid;gap:16px;max-width:22rem}h1{font-size:20px;margin:0}label{display:grid;gap:4px}
input,button{font:inherit;padding:8px 12px;border:1px solid #8888;border-radius:6px}button{cursor:pointer}</style></head>
<body><form method="post" action="/enter"><h1>Collapsar</h1>
<p style="margin:0">${key === "" ? "Type this server's access key: the one in COLLAPSAR_ACCESS_KEY, or else in the file <code>access-key</code> of its data folder." : "This signs this browser in. A link that the server printed is valid once."}</p>
${field}<button type="submit"${key === "" ? "" : " autofocus"}>Sign in</button></form></body></html>`);
}

import type { ServerResponse } from "node:http";

export interface SignInPage {
  /** 401 where a page was asked for, 200 at the door itself. */
  status: number;
  /** The key of a link that is valid once; "" asks for the access key. */
  key: string;
  /** Where to go afterwards: a path of this server. */
  to: string;
  /** What went wrong at the last try. */
  problem: string | null;
}

/** Answers with the page that signs a browser in. It needs no script, and nothing but itself. */
export function answerSignInPage(response: ServerResponse, page: SignInPage): undefined {
  response.writeHead(page.status, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    // Under "no-referrer" a browser would send the form with the origin "null", which is refused.
    "referrer-policy": "same-origin",
  });
  response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in · Collapsar</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>
<body><main><h1>Collapsar</h1>${page.problem === null ? "" : `<p class="problem" role="alert">${asText(page.problem)}</p>`}
${page.key === "" ? keyForm(page.to) : linkForm(page.key, page.to)}</main></body></html>`);
}

const keyForm = (to: string) => `<form method="post" action="/enter">${hidden("to", to)}
<label for="key">Access key</label><input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<p>It is the one in <code>COLLAPSAR_ACCESS_KEY</code>, or else in the file <code>access-key</code> of the server’s data folder.</p>
<button type="submit">Sign in</button></form>`;

const linkForm = (key: string, to: string) => `<form method="post" action="/enter">${hidden("to", to)}${hidden("key", key)}
<p>This signs this browser in. A link that the server printed is valid once.</p>
<button type="submit" autofocus>Sign in</button></form>`;

const hidden = (name: string, value: string) => `<input name="${name}" type="hidden" value="${asText(value.slice(0, 2_000))}">`;

const asText = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** The colours of app/globals.css, which is not loaded here. */
const style = `:root{color-scheme:light dark;--ground:light-dark(#f6f6f4,#0d0e11);--surface:light-dark(#fff,#14161a);--line:light-dark(#e1e1dc,#262a32);
--field:light-dark(#93938c,#646a77);--ink:light-dark(#17181c,#ecedf0);--faint:light-dark(#6a6c75,#8d929d);--accent:light-dark(#3049c9,#93a8ff);
--bad:light-dark(#b92626,#ff8078);--bad-soft:light-dark(#fce8e6,#331715)}
*{box-sizing:border-box}body{margin:0;min-height:100dvh;display:grid;place-items:center;padding:16px;background:var(--ground);color:var(--ink);
font:14px/20px Inter,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif}
main{width:100%;max-width:360px;padding:24px;background:var(--surface);border:1px solid var(--line);border-radius:8px}
h1{margin:0 0 16px;font-size:20px;line-height:28px;letter-spacing:-.01em}form{display:grid;gap:8px}label{font-size:12px;line-height:16px;font-weight:500}
p{margin:0;color:var(--faint);font-size:12px;line-height:18px;overflow-wrap:anywhere}code{font-size:11px}
input,button,.button{font:inherit;height:36px;padding:0 12px;border-radius:6px;width:100%}input{border:1px solid var(--field);background:var(--surface);color:var(--ink)}
button,.button{margin-top:8px;border:1px solid var(--ink);background:var(--ink);color:var(--ground);font-weight:500;cursor:pointer;display:grid;place-items:center;text-decoration:none}
button:hover,.button:hover{opacity:.85}.plain{background:none;color:var(--ink);border-color:var(--line)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.problem{margin-bottom:16px;padding:8px 12px;border:1px solid var(--line);border-radius:6px;background:var(--bad-soft);color:var(--bad);font-size:13px}
hr{border:0;border-top:1px solid var(--line);margin:20px 0}details summary{cursor:pointer;color:var(--faint);font-size:13px}details form{margin-top:12px}`;

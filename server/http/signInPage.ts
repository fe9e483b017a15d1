import type { ServerResponse } from "node:http";
import { minPasswordLength } from "../../contract/people.ts";
import { signInStyle } from "./signInStyle.ts";

/** How members can prove who they are. */
export interface Offers {
  password: boolean;
  provider: boolean;
}
export const noOffers: Offers = { password: false, provider: false };

export interface SignInPage {
  /** 401 where a page was asked for, 200 at the door itself. */
  status: number;
  /** The key of a link that is valid once; "" asks for the access key. */
  key: string;
  /** Where to go afterwards: a path of this server. */
  to: string;
  /** What went wrong at the last try. */
  problem: string | null;
  offers: Offers;
  /** What was typed at the last try; null: it was by the access key. */
  email?: string | null;
}

/** Answers with the page that signs a browser in. It needs no script, and nothing but itself. */
export function answerSignInPage(response: ServerResponse, page: SignInPage): undefined {
  const { key, to, offers } = page;
  const forMembers = [
    offers.provider
      ? `<a class="button" href="/enter/provider?to=${encodeURIComponent(to)}">Sign in with your organization</a>`
      : "",
    offers.password ? passwordForm(to, page.email ?? "", offers.provider || page.email === null) : "",
  ].filter(Boolean);
  const body =
    key !== ""
      ? linkForm(key, to)
      : forMembers.length === 0
        ? keyForm(to, true)
        : `${forMembers.join("<hr>")}<details${page.email === null ? " open" : ""}><summary>I have the access key</summary>${keyForm(to, false)}</details>`;
  answerPage(response, page.status, "Sign in", page.problem, body);
}

export interface JoinPage {
  status: number;
  token: string;
  /** The member who chooses a new password; null: the page makes a member. */
  newPassword: boolean;
  provider: boolean;
  problem: string | null;
  name?: string;
  email?: string;
}

/** Answers with the page behind an invitation. */
export function answerJoinPage(response: ServerResponse, page: JoinPage): undefined {
  const action = `/join/${encodeURIComponent(page.token)}`;
  const password = `<label for="password">${page.newPassword ? "New password" : "Password"}</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="${minPasswordLength}" required>
<p>At least ${minPasswordLength} characters.</p>`;
  const body = page.newPassword
    ? `<form method="post" action="${action}"><p class="lead">Choose a new password. Browsers that are signed in as you will have to sign in again.</p>${password}<button type="submit">Save password</button></form>`
    : `<p class="lead">You are invited to this server. The invitation works once.</p>${
        page.provider ? `<a class="button" href="${action}/provider">Join with your organization</a><hr>` : ""
      }<form method="post" action="${action}">
<label for="name">Name</label><input id="name" name="name" autocomplete="name" maxlength="80" required value="${asText(page.name ?? "")}">
<label for="email">E-mail address</label><input id="email" name="email" type="email" autocomplete="username" required value="${asText(page.email ?? "")}">
${password}<button type="submit"${page.provider ? ' class="plain"' : ""}>Join</button></form>`;
  answerPage(response, page.status, page.newPassword ? "New password" : "Join", page.problem, body);
}

/** Answers with a page that only says something. */
export const answerNotice = (response: ServerResponse, status: number, text: string): undefined =>
  answerPage(response, status, "Sign in", text, `<a class="button plain" href="/enter">Go to the sign-in</a>`);

function answerPage(response: ServerResponse, status: number, title: string, problem: string | null, body: string): undefined {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    // Under "no-referrer" a browser would send the form with the origin "null", which is refused.
    "referrer-policy": "same-origin",
  });
  response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title} · Collapsar</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${signInStyle}</style></head>
<body><main><h1>Collapsar</h1>${problem === null ? "" : `<p class="problem" role="alert">${asText(problem)}</p>`}
${body}</main></body></html>`);
}

const keyForm = (to: string, alone: boolean) => `<form method="post" action="/enter">${hidden("to", to)}
<label for="key">Access key</label><input id="key" name="key" type="password" autocomplete="current-password" required${alone ? " autofocus" : ""}>
<p>It is the one in <code>COLLAPSAR_ACCESS_KEY</code>, or else in the file <code>access-key</code> of the server’s data folder.</p>
<button type="submit"${alone ? "" : ' class="plain"'}>Sign in</button></form>`;

const passwordForm = (to: string, email: string, plain: boolean) => `<form method="post" action="/enter">${hidden("to", to)}
<label for="email">E-mail address</label><input id="email" name="email" type="email" autocomplete="username" required value="${asText(email)}"${plain ? "" : " autofocus"}>
<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit"${plain ? ' class="plain"' : ""}>Sign in</button></form>`;

const linkForm = (key: string, to: string) => `<form method="post" action="/enter">${hidden("to", to)}${hidden("key", key)}
<p class="lead">This signs in this browser. A link printed by the server works once.</p>
<button type="submit" autofocus>Sign in</button></form>`;

const hidden = (name: string, value: string) => `<input name="${name}" type="hidden" value="${asText(value.slice(0, 2_000))}">`;

const asText = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

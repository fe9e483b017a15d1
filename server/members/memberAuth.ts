import { Failure } from "../../contract/failure.ts";
import type { Role } from "../../contract/people.ts";
import type { Executor } from "../../db/database.ts";
import { type OpenInvitation, returnInvitation, revokeLinksOf, spendInvitation } from "../../db/queries/people.ts";
import { refusals } from "../access/refusals.ts";
import { oidcId } from "./addresses.ts";
import { type Auth, type Joining, joining, makeAuth, type OidcSettings } from "./makeAuth.ts";

interface Given {
  orm: Executor;
  publicUrl: string;
  secret: string;
  oidc: OidcSettings | null;
}

/** How members prove who they are: by a password, or by an identity provider. */
export class MemberAuth {
  readonly hasProvider: boolean;
  private readonly given: Given;
  private auth: Auth;

  constructor(given: Given) {
    this.given = given;
    this.hasProvider = given.oidc !== null;
    this.auth = makeAuth(given.orm, given);
  }

  /** @returns the member's id, null if there is none with this address and password */
  async byPassword(email: string, password: string): Promise<string | null> {
    try {
      const { user, token } = await this.auth.api.signInEmail({ body: { email, password } });
      return await this.exchange(user.id, token);
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  }

  /**
   * Makes a member by an invitation, which is used up.
   * @throws Failure NOT_FOUND if somebody else was faster, CONFLICT if the address is another member's
   */
  async join(invitation: OpenInvitation, who: { name: string; email: string; password: string }): Promise<string> {
    const guest = new Guest(this.given.orm, invitation);
    try {
      const { user, token } = await joining.run(guest, () => this.auth.api.signUpEmail({ body: who }));
      return await this.exchange(user.id, token);
    } catch (error) {
      await guest.giveBack();
      if (codeOf(error).startsWith("USER_ALREADY_EXISTS") || (await this.isTaken(error, who.email)))
        throw new Failure("CONFLICT", "There is already a member with this e-mail address.");
      if (codeOf(error) === "not_invited") throw new Failure("NOT_FOUND", refusals.deadInvitation);
      throw error;
    }
  }

  /** Gives a member a new password, by an invitation to it; others like it end. @throws Failure NOT_FOUND if it was used in the meantime */
  async changePassword(invitation: OpenInvitation & { memberId: string }, password: string): Promise<void> {
    const { internalAdapter, password: hashing } = await this.auth.$context;
    const hash = await hashing.hash(password);
    if (!(await spendInvitation(this.given.orm, invitation.id))) throw new Failure("NOT_FOUND", refusals.deadInvitation);
    await revokeLinksOf(this.given.orm, invitation.memberId);
    const accounts = await internalAdapter.findAccounts(invitation.memberId);
    if (accounts.some(({ providerId }) => providerId === "credential"))
      await internalAdapter.updatePassword(invitation.memberId, hash);
    else
      await internalAdapter.linkAccount({
        userId: invitation.memberId,
        providerId: "credential",
        accountId: invitation.memberId,
        password: hash,
      });
  }

  /**
   * Begins a sign-in at the provider.
   * @returns where to send the browser, and cookies that it must bring back
   * @throws Failure INTERNAL if the provider does not answer
   */
  async goToProvider(to: string, join: boolean): Promise<{ url: string; cookies: string[] }> {
    await this.findProvider();
    const { response, headers } = await this.auth.api.signInSocial({
      body: {
        provider: oidcId,
        callbackURL: `/?to=${encoded(to)}`,
        errorCallbackURL: "/enter",
        requestSignUp: join,
        disableRedirect: true,
      },
      returnHeaders: true,
    });
    return { url: response.url!, cookies: headers.getSetCookie() };
  }

  /**
   * Ends a sign-in at the provider, from the request with which it sends the browser back.
   * @param invitation by which they are joining; null: they are a member
   */
  async fromProvider(
    url: URL,
    cookie: string,
    invitation: OpenInvitation | null,
  ): Promise<{ memberId: string; to: string; cookies: string[] } | { problem: string; cookies: string[] }> {
    await this.findProvider();
    const request = new Request(url, { headers: { cookie } });
    const guest = invitation && new Guest(this.given.orm, invitation);
    const answer = await (guest ? joining.run(guest, () => this.auth.handler(request)) : this.auth.handler(request));
    const to = new URL(answer.headers.get("location") ?? "/enter?error=none", this.given.publicUrl);
    const set = answer.headers.getSetCookie();
    const own = set.find((one) => /^[^=]*session_token=/.test(one));
    const cookies = set.filter((one) => one !== own);
    const error = to.searchParams.get("error");
    const session =
      own && error === null
        ? await this.auth.api.getSession({ headers: new Headers({ cookie: own.replace(/;.*$/s, "") }) })
        : null;
    if (!session) {
      await guest?.giveBack();
      return { problem: explain(error), cookies };
    }
    return {
      memberId: await this.exchange(session.user.id, session.session.token),
      to: to.searchParams.get("to") ?? "/",
      cookies,
    };
  }

  /** Of two who join with one address at once, the database refuses the second; better-auth does not say why. */
  private async isTaken(error: unknown, email: string): Promise<boolean> {
    if (codeOf(error) !== "FAILED_TO_CREATE_USER") return false;
    return (await (await this.auth.$context).internalAdapter.findUserByEmail(email)) !== null;
  }

  /** better-auth's session has done its work: the server opens its own. */
  private async exchange(memberId: string, token: string | null): Promise<string> {
    if (token !== null) await (await this.auth.$context).internalAdapter.deleteSession(token);
    return memberId;
  }

  /** A provider that did not answer when it was first looked for is left out by better-auth: it is looked for again. */
  private async findProvider(): Promise<void> {
    const isThere = async () => (await this.auth.$context).socialProviders.some(({ id }) => id === oidcId);
    if (await isThere()) return;
    this.auth = makeAuth(this.given.orm, this.given);
    if (!(await isThere())) throw new Failure("INTERNAL", "The identity provider (COLLAPSAR_OIDC_ISSUER) is not answering.");
  }
}

/** Whoever joins by an invitation. */
class Guest implements Joining {
  readonly role: Role;
  private readonly orm: Executor;
  private readonly id: string;
  private claimed = false;

  constructor(orm: Executor, { id, role }: OpenInvitation) {
    this.orm = orm;
    this.id = id;
    this.role = role;
  }

  async claim(): Promise<boolean> {
    this.claimed = await spendInvitation(this.orm, this.id);
    return this.claimed;
  }

  /** What was claimed in vain can be used again. */
  async giveBack(): Promise<void> {
    if (this.claimed) await returnInvitation(this.orm, this.id);
    this.claimed = false;
  }
}

/** better-auth takes few signs in an address to come back to. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

const isRefusal = (error: unknown): boolean =>
  error instanceof Error && error.name === "APIError" && !(Number((error as { statusCode?: number }).statusCode) >= 500);
const codeOf = (error: unknown): string => (error as { body?: { code?: string } }).body?.code ?? "";

function explain(error: string | null): string {
  if (error === "signup_disabled" || error === "not_invited")
    return "Nobody on this server signs in with this account: ask its owner for an invitation, and open that first.";
  if (error === "account_not_linked")
    return "A member with the e-mail address of this account signs in by password: use that, or another account.";
  if (error === "email_not_found") return "The identity provider gives no e-mail address for this account, and one is needed.";
  if (error === "access_denied") return "The identity provider did not sign anybody in.";
  return "The sign-in at the identity provider did not complete: try again.";
}

"use client";
import { useMe } from "../account/useMe.ts";
import { useNow } from "../ui/useNow.ts";
import { ApiTokens } from "./ApiTokens.tsx";
import { Sessions } from "./Sessions.tsx";
import { Webhooks } from "./Webhooks.tsx";

/** One's own ways in: browsers that are signed in, and tokens of programs. */
export function AccessView() {
  const me = useMe();
  const now = useNow(30_000);
  return (
    <>
      <h1 className="mb-4 font-semibold text-xl tracking-tight">Sessions and tokens</h1>
      <div className="space-y-6">
        {me?.signIn && <Sessions now={now} />}
        {me && <ApiTokens me={me} now={now} />}
        {me?.rights.includes("edit") && <Webhooks me={me} />}
      </div>
    </>
  );
}

"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMay } from "../account/useMe.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { Button } from "../ui/Button.tsx";
import { SecretLine } from "../ui/SecretLine.tsx";

/**
 * Makes a token and shows the line that puts it where a cluster's jobs find it, this once.
 * @param name the token's, in the list of tokens @param line null while the form does not say where it goes
 * @param purpose of the line, before there is a token @param shown what to do with it
 */
export function TokenLine({
  name,
  line,
  purpose,
  shown,
  testId,
}: {
  name: string;
  line: ((token: string) => string) | null;
  purpose: string;
  shown: string;
  testId: string;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const mayManage = useMay()("manage");
  const make = useMutation(
    trpc.workers.createToken.mutationOptions({
      onSuccess: () => void queries.invalidateQueries(trpc.workers.tokens.pathFilter()),
    }),
  );
  if (!mayManage) return <p className="text-ink-soft text-sm">Ask an owner of this server for the line with a token in it.</p>;
  if (make.data && line !== null)
    return (
      <SecretLine text={line(make.data.token)} label="Copy the line" testId={`${testId}-token`}>
        {shown} The token is shown only this once.
      </SecretLine>
    );
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button
        small
        icon="plus"
        disabled={make.isPending || line === null}
        data-testid={`${testId}-make-token`}
        onClick={() => make.mutate({ name, expiresInDays: null })}
      >
        Create a token
      </Button>
      <p className="text-ink-soft text-sm">{purpose}</p>
      {make.error && (
        <p role="alert" className="text-bad text-sm">
          {failureOf(make.error).message}
        </p>
      )}
    </div>
  );
}

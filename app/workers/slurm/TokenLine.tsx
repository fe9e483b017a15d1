"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { tokenLine } from "../../../contract/slurm/slurmScript.ts";
import { useMay } from "../../account/useMe.ts";
import { failureOf } from "../../data/failureOf.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { Button } from "../../ui/Button.tsx";
import { SecretLine } from "../../ui/SecretLine.tsx";

/** Makes a token and shows the line that puts it into its file, this once. @param path null while it cannot be one */
export function TokenLine({ path }: { path: string | null }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const mayManage = useMay()("manage");
  const make = useMutation(
    trpc.workers.createToken.mutationOptions({
      onSuccess: () => void queries.invalidateQueries(trpc.workers.tokens.pathFilter()),
    }),
  );
  if (!mayManage)
    return <p className="text-ink-soft text-sm">Ask an owner of this server for the line that writes a token into its file.</p>;
  if (make.data && path !== null)
    return (
      <SecretLine text={tokenLine(make.data.token, path)} label="Copy the line" testId="slurm-token">
        Run this once in bash on the cluster. It writes the token into a file that only you can read. It is shown only this once.
      </SecretLine>
    );
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button
        small
        icon="plus"
        disabled={make.isPending || path === null}
        data-testid="slurm-make-token"
        onClick={() => make.mutate({ name: "Slurm, by hand", expiresInDays: null })}
      >
        Create a token
      </Button>
      <p className="text-ink-soft text-sm">One line puts it into a file on the cluster, so that it is in no script.</p>
      {make.error && (
        <p role="alert" className="text-bad text-sm">
          {failureOf(make.error).message}
        </p>
      )}
    </div>
  );
}

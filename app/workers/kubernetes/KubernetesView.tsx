"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTRPC } from "../../data/trpcClient.ts";
import { workersPage } from "../../links.ts";
import { Problem } from "../../live/Problem.tsx";
import { LinkButton } from "../../ui/Button.tsx";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useJobForm } from "../jobForm/useJobForm.ts";
import { TokenLine } from "../TokenLine.tsx";
import { KubernetesFields } from "./KubernetesFields.tsx";
import { exampleForm, requestOf, secretLine } from "./kubernetesForm.ts";

/** A manifest for a cluster that this server need not know of: a person applies it. */
export function KubernetesView() {
  const trpc = useTRPC();
  const launchers = useQuery(trpc.launchers.list.queryOptions());
  const server = launchers.data?.server ?? "";
  const { form, set } = useJobForm(exampleForm, server);
  const { request, problems } = useMemo(() => requestOf(form), [form]);
  const manifest = useQuery(
    trpc.launchers.workerManifest.queryOptions(request!, {
      enabled: request !== null,
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  );
  const text = request === null ? null : (manifest.data?.text ?? null);
  const namesSecret = problems.secret === undefined && problems.namespace === undefined;
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="font-semibold text-xl tracking-tight">Workers on Kubernetes</h1>
        <LinkButton href={workersPage} icon="left" small>
          Workers
        </LinkButton>
      </div>
      <p className="mb-4 max-w-3xl text-ink-soft text-sm">
        Works on any cluster with Kubernetes 1.29 or newer whose pods can reach this server. Each pod of the Job is one worker: it
        takes runs while there are any, makes checkpoints before its time is up, and ends after five idle minutes.
      </p>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(320px,400px)_minmax(0,1fr)]">
        <Panel title="Job">
          <KubernetesFields form={form} set={set} problems={server === "" ? {} : problems} />
        </Panel>
        <div className="min-w-0 space-y-4">
          <Panel title="1. A token, once per namespace">
            <TokenLine
              name="Kubernetes, by hand"
              line={namesSecret ? (token) => secretLine(token, form) : null}
              purpose="One line puts it into the secret that the manifest names."
              shown="Run this once, where kubectl reaches the cluster."
              testId="kubernetes"
            />
          </Panel>
          <Panel
            title="2. The manifest"
            hint="save it as workers.yaml"
            actions={text !== null && <CopyButton text={text} label="Copy the manifest" />}
            padded={false}
          >
            {request !== null && manifest.error ? (
              <div className="p-4">
                <Problem error={manifest.error} onRetry={() => void manifest.refetch()} />
              </div>
            ) : text === null ? (
              <p className="p-4 text-ink-soft text-sm" data-testid="kubernetes-refused">
                {server === "" || request !== null
                  ? "Making the manifest…"
                  : "Some fields cannot be used in a manifest; they are marked."}
              </p>
            ) : (
              <pre data-testid="kubernetes-manifest" className="overflow-x-auto bg-sunken p-4 font-mono text-xs leading-5">
                {text}
              </pre>
            )}
          </Panel>
          <Panel title="3. Apply it">
            <div className="flex flex-wrap items-center gap-3">
              <code className="rounded-md border border-line bg-sunken px-3 py-1.5 font-mono text-xs">
                kubectl apply -f workers.yaml
              </code>
              <p className="text-ink-soft text-sm">Its workers appear on the Workers page, named after the Job.</p>
            </div>
          </Panel>
        </div>
      </div>
    </>
  );
}

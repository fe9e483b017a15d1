"use client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { tokenLine } from "../../../contract/slurm/slurmScript.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { workersPage } from "../../links.ts";
import { LinkButton } from "../../ui/Button.tsx";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useJobForm } from "../jobForm/useJobForm.ts";
import { TokenLine } from "../TokenLine.tsx";
import { SlurmFields } from "./SlurmFields.tsx";
import { exampleForm, scriptOf } from "./slurmForm.ts";

/** A batch script for a cluster that this server need not know of: a person submits it. */
export function SlurmView() {
  const trpc = useTRPC();
  const launchers = useQuery(trpc.launchers.list.queryOptions());
  const server = launchers.data?.server ?? "";
  const { form, set } = useJobForm(exampleForm, server);
  const script = useMemo(() => scriptOf(form), [form]);
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="font-semibold text-xl tracking-tight">Workers on Slurm</h1>
        <LinkButton href={workersPage} icon="left" small>
          Workers
        </LinkButton>
      </div>
      <p className="mb-4 max-w-3xl text-ink-soft text-sm">
        Works on any cluster whose nodes have this program in a folder and can reach this server. Each task of the job array is
        one worker: it takes runs while there are any, makes checkpoints before its time is up, and is queued again while work is
        left.
      </p>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(320px,400px)_minmax(0,1fr)]">
        <Panel title="Job">
          <SlurmFields form={form} set={set} problems={script.problems ?? {}} />
        </Panel>
        <div className="min-w-0 space-y-4">
          <Panel title="1. A token, once per cluster">
            <TokenLine
              name="Slurm, by hand"
              line={script.problems?.tokenFile === undefined ? (token) => tokenLine(token, form.tokenFile) : null}
              purpose="One line puts it into a file on the cluster, so that no script contains it."
              shown="Run this once in bash on the cluster. It writes the token into a file that only you can read."
              testId="slurm"
            />
          </Panel>
          <Panel
            title="2. The script"
            hint="save it as collapsar.sh"
            actions={script.text !== null && <CopyButton text={script.text} label="Copy the script" />}
            padded={false}
          >
            {script.text === null ? (
              <p className="p-4 text-ink-soft text-sm" data-testid="slurm-refused">
                {server === "" ? "Reading the server's address…" : "Some fields cannot be used in a script; they are marked."}
              </p>
            ) : (
              <pre data-testid="slurm-script" className="overflow-x-auto bg-sunken p-4 font-mono text-xs leading-5">
                {script.text}
              </pre>
            )}
          </Panel>
          <Panel title="3. Submit it">
            <div className="flex flex-wrap items-center gap-3">
              <code className="rounded-md border border-line bg-sunken px-3 py-1.5 font-mono text-xs">sbatch collapsar.sh</code>
              <p className="text-ink-soft text-sm">Its workers appear on the Workers page, named after their jobs.</p>
            </div>
          </Panel>
        </div>
      </div>
    </>
  );
}

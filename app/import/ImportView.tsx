"use client";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import type { UploadedImport } from "../../contract/wire/imports.ts";
import { useMay } from "../account/useMe.ts";
import { experimentPage } from "../links.ts";
import { countOf, formatBytes } from "../text/formatNumber.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Progress } from "../ui/Progress.tsx";
import { useToast } from "../ui/Toast.tsx";
import { wantedFiles } from "./chosenFiles.ts";
import { DropZone } from "./DropZone.tsx";
import { ImportPlanView } from "./ImportPlanView.tsx";
import { dropImport, type SentFile, sendFiles } from "./sendImport.ts";
import { WatchedFolderPanel } from "./WatchedFolderPanel.tsx";

interface Sending {
  what: string;
  share: number;
}

/** Files that become an experiment: they are chosen, the page shows what they would make, and makes it. */
export function ImportView() {
  const router = useRouter();
  const toast = useToast();
  const may = useMay();
  const [sending, setSending] = useState<Sending | null>(null);
  const [waiting, setWaiting] = useState<UploadedImport | null>(null);
  const [leftOut, setLeftOut] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const cutOff = useRef<AbortController | null>(null);
  useEffect(() => () => cutOff.current?.abort(), []);

  const take = async (files: SentFile[]) => {
    const { wanted, leftOut: others } = wantedFiles(files);
    const [first] = wanted;
    const bytes = wanted.reduce((sum, { file }) => sum + file.size, 0);
    const name = wanted.length === 1 && first ? first.name : countOf(wanted.length, "file");
    const what = `${name} (${formatBytes(bytes)})`;
    cutOff.current?.abort();
    const own = new AbortController();
    cutOff.current = own;
    setProblem(null);
    setLeftOut(others);
    setSending({ what, share: 0 });
    try {
      setWaiting(await sendFiles(wanted, (share) => setSending({ what, share }), own.signal));
    } catch (error) {
      if (!own.signal.aborted) setProblem((error as Error).message);
    } finally {
      if (cutOff.current === own) setSending(null);
    }
  };
  const startAgain = () => {
    cutOff.current?.abort();
    if (waiting) dropImport(waiting.id);
    setWaiting(null);
    setSending(null);
    setProblem(null);
  };

  return (
    <>
      <h1 className="mb-4 font-semibold text-xl tracking-tight">Import</h1>
      <div className="space-y-4" data-testid="import">
        {!may("launch") && (
          <Notice testId="import-refused">Importing needs the role of an editor: ask an owner of this server for it.</Notice>
        )}
        {problem !== null && (
          <Notice role="alert" tone="bad" testId="import-problem">
            <span className="wrap-anywhere min-w-0">{problem}</span>
          </Notice>
        )}
        {sending && (
          <div className="space-y-2 rounded-lg border border-line bg-surface p-4" role="status" data-testid="import-sending">
            <div className="flex items-center gap-3">
              <p className="wrap-anywhere min-w-0 text-ink-soft text-sm">
                {sending.share < 1 ? `Sending ${sending.what}…` : `Reading and checking ${sending.what}…`}
              </p>
              <Button small className="ml-auto" onClick={startAgain}>
                Cancel
              </Button>
            </div>
            <Progress share={sending.share} label={`Sending ${sending.what}`} busy />
          </div>
        )}
        {!sending && !waiting && may("launch") && (
          <DropZone onFiles={(files) => void take(files)}>
            <p className="max-w-xl text-ink-soft text-sm">
              CSV tables of Weights &amp; Biases or of your own, TensorBoard event files, archives of Collapsar, and features with
              their labels (.npy, .npz, .safetensors, .pt, .csv), which are measured here. Nothing is made before you have seen
              what it will be.
            </p>
          </DropZone>
        )}
        {!waiting && <WatchedFolderPanel />}
        {waiting?.plan && (
          <ImportPlanView
            id={waiting.id}
            files={waiting.files}
            leftOut={leftOut}
            first={waiting.plan}
            onCancel={startAgain}
            onDone={({ experimentId, made, name }) => {
              toast({ text: made === 0 ? `Everything was in ${name} already` : `${countOf(made, "run")} imported` });
              router.push(experimentPage(experimentId));
            }}
          />
        )}
      </div>
    </>
  );
}

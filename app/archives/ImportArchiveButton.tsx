"use client";
import { useRef, useState } from "react";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { ArchiveImport } from "./ArchiveImport.tsx";

/** Chooses an archive, shows what it would make, and imports it. */
export function ImportArchiveButton({ onDone }: { onDone: (experimentId: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  return (
    <>
      <Button small icon="upload" onClick={() => input.current?.click()} data-testid="import-archive">
        Import archive
      </Button>
      <input
        ref={input}
        type="file"
        accept=".zip,application/zip"
        className="hidden"
        aria-label="Archive to import"
        onChange={(event) => {
          setFile(event.target.files?.[0] ?? null);
          // The same file can be chosen again.
          event.target.value = "";
        }}
      />
      <Dialog open={file !== null} onClose={() => setFile(null)} title="Import archive" testId="archive-dialog">
        {file !== null && <ArchiveImport file={file} onDone={onDone} onCancel={() => setFile(null)} />}
      </Dialog>
    </>
  );
}

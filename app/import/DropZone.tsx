"use client";
import { type DragEvent, useRef, useState } from "react";
import { Button } from "../ui/Button.tsx";
import { classes } from "../ui/classes.ts";
import { Icon } from "../ui/Icon.tsx";
import { filesOfDrop, filesOfInput } from "./chosenFiles.ts";
import type { SentFile } from "./sendImport.ts";

/** Takes files and folders that are dropped, or chosen. */
export function DropZone({ onFiles, children }: { onFiles: (files: SentFile[]) => void; children: React.ReactNode }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drag = (isOver: boolean) => (event: DragEvent) => {
    event.preventDefault();
    setOver(isOver);
  };
  const take = (list: FileList | null) => {
    if (list && list.length > 0) onFiles(filesOfInput(list));
  };
  return (
    <section
      aria-label="Files to import"
      data-testid="drop-zone"
      onDragOver={drag(true)}
      onDragLeave={drag(false)}
      onDrop={(event) => {
        drag(false)(event);
        void filesOfDrop(event.dataTransfer).then((dropped) => dropped.length > 0 && onFiles(dropped));
      }}
      className={classes(
        "flex flex-col items-center gap-3 rounded-lg border border-dashed px-4 py-12 text-center",
        over ? "border-accent bg-accent-soft" : "border-line-strong bg-surface",
      )}
    >
      <span className="text-ink-faint">
        <Icon name="upload" size={24} />
      </span>
      <p className="font-medium text-base">Drop files or a folder here</p>
      {children}
      <div className="flex flex-wrap justify-center gap-2">
        <Button look="primary" onClick={() => files.current?.click()} data-testid="choose-files">
          Choose files
        </Button>
        <Button onClick={() => folder.current?.click()}>Choose a folder</Button>
      </div>
      <input
        ref={files}
        type="file"
        multiple
        className="hidden"
        aria-label="Files"
        onChange={({ target }) => {
          take(target.files);
          // The same file can be chosen again.
          target.value = "";
        }}
      />
      <input
        ref={(input) => {
          folder.current = input;
          // React knows no such property.
          input?.setAttribute("webkitdirectory", "");
        }}
        type="file"
        className="hidden"
        aria-label="Folder"
        onChange={({ target }) => {
          take(target.files);
          target.value = "";
        }}
      />
    </section>
  );
}

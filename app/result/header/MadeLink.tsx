"use client";
import { useState } from "react";
import type { FramePolicy } from "../../../contract/wire/framePolicy.ts";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Select, TextInput } from "../../ui/Field.tsx";
import { shownPanels } from "../model/runs/readKeys.ts";
import { type Embedded, embedCode } from "./embedCode.ts";

const panels = [
  { value: "study", label: "the study’s curve" },
  { value: "layer-profile", label: "the layer profile" },
  ...shownPanels([]).map(({ id, title }) => ({ value: id, label: `training: ${title}` })),
];
const themes: { value: Embedded["theme"]; label: string }[] = [
  { value: "system", label: "as the reader has it" },
  { value: "light", label: "light" },
  { value: "dark", label: "dark" },
];

/** A link that was just made, and the code that puts one of its charts into another page. */
export function MadeLink({ token, url, name, frames }: { token: string; url: string; name: string; frames: FramePolicy }) {
  return (
    <div className="space-y-2" role="status">
      <div className="flex items-center gap-2 rounded-md border border-line bg-sunken p-2">
        <TextInput readOnly aria-label="Link" value={url} data-testid="share-url" onFocus={(event) => event.target.select()} />
        <CopyButton text={url} />
      </div>
      {frames !== "nobody" && <EmbedCode token={token} url={url} name={name} />}
      <p className="text-ink-faint text-xs">Copy it now: for safety the server keeps only its hash and cannot show it again.</p>
    </div>
  );
}

function EmbedCode({ token, url, name }: { token: string; url: string; name: string }) {
  const [panel, setPanel] = useState("study");
  const [theme, setTheme] = useState<Embedded["theme"]>("system");
  const label = panels.find(({ value }) => value === panel)?.label ?? "";
  const title = name === "" ? "Chart" : `${name}: ${label}`;
  const code = embedCode(url, { token, panel, title, theme, search: window.location.search });
  return (
    <div className="space-y-2 rounded-md border border-line bg-sunken p-2">
      <div className="flex flex-wrap items-center gap-2 text-sm">
        Embed
        <Select aria-label="Chart to embed" className="w-auto!" options={panels} value={panel} onChange={setPanel} />
        <Select aria-label="Theme of the embedded chart" className="w-auto!" options={themes} value={theme} onChange={setTheme} />
        <span className="ml-auto">
          <CopyButton text={code} label="Copy embed code" />
        </span>
      </div>
      <textarea
        readOnly
        rows={4}
        aria-label="Embed code"
        className="block w-full resize-none break-all bg-transparent font-mono text-2xs text-ink-soft"
        value={code}
        onFocus={(event) => event.target.select()}
        data-testid="embed-code"
      />
    </div>
  );
}

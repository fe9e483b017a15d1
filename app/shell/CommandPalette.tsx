"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { presets } from "../../contract/presets/presets.ts";
import { themes } from "../../contract/theme.ts";
import { useMay } from "../account/useMe.ts";
import { useTRPC } from "../data/trpcClient.ts";
import {
  definitionsPage,
  experimentPage,
  importPage,
  listPage,
  newFromPreset,
  newPage,
  theoryPage,
  workersPage,
} from "../links.ts";
import { useTheme } from "../theme/ThemeProvider.tsx";
import { classes } from "../ui/classes.ts";
import { Icon } from "../ui/Icon.tsx";
import { Kbd } from "../ui/Kbd.tsx";
import { type Command, useRegisteredCommands } from "./Commands.tsx";

/** Every place and action by its name: Ctrl/Cmd+K. */
export function CommandPalette({ open, onClose, onHelp }: { open: boolean; onClose: () => void; onHelp: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop; the keyboard has Esc
    <dialog
      ref={dialog}
      aria-label="Commands"
      data-testid="palette"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
      className="mx-auto mt-[12dvh] mb-auto max-h-[70dvh] w-[calc(100vw-32px)] max-w-xl overflow-hidden rounded-lg border border-line bg-raised p-0 text-ink shadow-float open:flex open:flex-col"
    >
      {open && <PaletteBody onClose={onClose} onHelp={onHelp} />}
    </dialog>
  );
}

function PaletteBody({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const listId = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const commands = useMatchingCommands(text, onHelp);
  const chosen = Math.min(at, commands.length - 1);

  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && commands.length > 0) {
      event.preventDefault();
      const next = (chosen + step + commands.length) % commands.length;
      setAt(next);
      list.current?.children[next]?.scrollIntoView({ block: "nearest" });
    }
    if (event.key === "Enter") {
      event.preventDefault();
      run(commands[chosen]);
    }
  };

  return (
    <>
      <div className="flex items-center gap-2.5 border-line border-b px-3.5 text-ink-faint">
        <Icon name="search" />
        <input
          // biome-ignore lint/a11y/noAutofocus: the palette was opened to type into it
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={commands[chosen] && `${listId}-${chosen}`}
          aria-label="Search for a command or an experiment"
          placeholder="Go to, launch, or find an experiment"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
          className="h-11 w-full bg-transparent text-base text-ink outline-none"
        />
        <Kbd>Esc</Kbd>
      </div>
      <div ref={list} id={listId} role="listbox" aria-label="Commands" className="overflow-y-auto p-1.5">
        {commands.map((command, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the focus stays in the input, which moves through the options
          <div
            key={command.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === chosen}
            onClick={() => run(command)}
            onPointerMove={() => setAt(index)}
            className={classes(
              "flex h-9 cursor-pointer items-center gap-2.5 rounded-sm px-2.5 text-sm",
              index === chosen ? "bg-accent-soft text-ink" : "text-ink-soft",
            )}
          >
            <Icon name={command.icon ?? "right"} size={14} />
            <span className="min-w-0 grow truncate">{command.label}</span>
            {command.keys && <Kbd>{command.keys}</Kbd>}
          </div>
        ))}
      </div>
      {commands.length === 0 && <p className="px-4 py-6 text-center text-ink-faint text-sm">Nothing is called “{text}”.</p>}
    </>
  );
}

function useMatchingCommands(text: string, onHelp: () => void): Command[] {
  const router = useRouter();
  const trpc = useTRPC();
  const { setTheme } = useTheme();
  const may = useMay();
  const search = useDeferredValue(text.trim());
  const list = useQuery(
    trpc.experiments.list.queryOptions(
      { search: search || undefined, limit: 8 },
      { placeholderData: keepPreviousData, retry: false },
    ),
  );

  const go = (href: string) => () => router.push(href);
  const all: Command[] = [
    ...useRegisteredCommands(),
    ...(may("launch")
      ? [{ id: "new", label: "New experiment", words: "launch create start", icon: "plus" as const, keys: "n", run: go(newPage) }]
      : []),
    ...(may("launch")
      ? [
          {
            id: "import",
            label: "Import",
            words: "upload files csv wandb weights biases tensorboard events archive zip",
            icon: "upload" as const,
            run: go(importPage),
          },
        ]
      : []),
    { id: "list", label: "Experiments", words: "home list", icon: "list", run: go(listPage) },
    { id: "workers", label: "Workers", words: "machines devices gpu add token", icon: "worker", run: go(workersPage) },
    {
      id: "definitions",
      label: "Definitions",
      words: "metrics formulas nc1 nc2 nc3 glossary",
      icon: "definition",
      run: go(definitionsPage()),
    },
    { id: "theory", label: "Theory", words: "optimum ufm closed form simplex", icon: "theory", run: go(theoryPage) },
    ...(may("launch") ? presets : []).map((preset) => ({
      id: `preset-${preset.id}`,
      label: `New experiment: ${preset.title}`,
      words: `preset launch ${preset.description}`,
      icon: "plus" as const,
      run: go(newFromPreset(preset.id)),
    })),
    ...themes.map((theme) => ({
      id: `theme-${theme}`,
      label: { system: "System theme", light: "Light theme", dark: "Dark theme" }[theme],
      words: "appearance colour mode",
      icon: ({ system: "system", light: "sun", dark: "moon" } as const)[theme],
      run: () => setTheme(theme),
    })),
    { id: "help", label: "Keyboard shortcuts", words: "help keys", icon: "keyboard", keys: "?", run: onHelp },
  ];
  const experiments: Command[] = (list.data?.rows ?? []).map((row) => ({
    id: `experiment-${row.id}`,
    label: row.name,
    words: [...row.tags, ...(row.kind === "external" ? ["external"] : [])].join(" "),
    icon: "list",
    run: go(experimentPage(row.id)),
  }));

  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = ({ label, words: more = "" }: Command) => {
    const where = `${label} ${more}`.toLowerCase();
    return words.every((word) => where.includes(word));
  };
  // The server finds experiments by their notes too; only what it found for the text before is looked through.
  const found = list.isPlaceholderData ? experiments.filter(matches) : experiments;
  return words.length === 0 ? [...all, ...experiments] : [...all.filter(matches), ...found];
}

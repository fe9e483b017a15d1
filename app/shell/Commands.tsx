"use client";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useEffectEvent, useMemo, useState } from "react";
import type { IconName } from "../ui/Icon.tsx";

export interface Command {
  id: string;
  label: string;
  /** Further words by which it is found. */
  words?: string;
  icon?: IconName;
  keys?: string;
  run: () => void;
}

interface Registry {
  commands: Command[];
  register: (commands: Command[]) => () => void;
}
const CommandsContext = createContext<Registry>({ commands: [], register: () => () => {} });

/** Commands that pages add to the palette while they are shown. */
export function CommandsProvider({ children }: { children: ReactNode }) {
  const [lists, setLists] = useState<Command[][]>([]);
  const register = useCallback((commands: Command[]) => {
    setLists((all) => [commands, ...all]);
    return () => setLists((all) => all.filter((list) => list !== commands));
  }, []);
  const registry = useMemo(() => ({ commands: lists.flat(), register }), [lists, register]);
  return <CommandsContext value={registry}>{children}</CommandsContext>;
}

export const useRegisteredCommands = () => useContext(CommandsContext).commands;

/** Adds a page's own commands to the palette; `run` may close over what changes, ids and labels are read again when they change. */
export function useCommands(commands: Command[]): void {
  const { register } = useContext(CommandsContext);
  const run = useEffectEvent((id: string) => commands.find((command) => command.id === id)?.run());
  const shown = JSON.stringify(commands.map(({ id, label, words, icon, keys }) => ({ id, label, words, icon, keys })));
  useEffect(
    () => register((JSON.parse(shown) as Command[]).map((command) => ({ ...command, run: () => run(command.id) }))),
    [register, shown],
  );
}

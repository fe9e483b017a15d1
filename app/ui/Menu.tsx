"use client";
import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import { Button } from "./Button.tsx";
import { classes } from "./classes.ts";
import { Icon, type IconName } from "./Icon.tsx";
import { placeBeside } from "./placeBeside.ts";

export type MenuItem =
  | { label: ReactNode; icon?: IconName; danger?: boolean; disabled?: boolean; hint?: string; onSelect: () => void }
  | { label: ReactNode; icon?: IconName; href: string; download?: boolean }
  | "separator";

const itemClass =
  "flex w-full items-center gap-2.5 rounded-sm px-2.5 py-1.5 text-left text-sm outline-none hover:bg-hover focus:bg-hover disabled:opacity-45 aria-disabled:opacity-45";

/** A button with a list of actions. Arrow keys move, Enter chooses, Esc closes and returns to the button. */
export function Menu({
  label,
  items,
  icon = "more",
  children,
  small = true,
  look = "quiet",
  testId,
}: {
  label: string;
  items: MenuItem[];
  icon?: IconName;
  children?: ReactNode;
  small?: boolean;
  look?: "quiet" | "plain" | "primary";
  testId?: string;
}) {
  const id = useId();
  const anchor = useRef<HTMLSpanElement>(null);
  const list = useRef<HTMLDivElement>(null);

  const entries = () => [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitem]:not(:disabled)") ?? [])];
  const move = (event: KeyboardEvent) => {
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? all.length - 1 : at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Tab") return list.current?.hidePopover();
    if (next === undefined) return;
    event.preventDefault();
    all.at(next % all.length)?.focus();
  };
  const close = () => list.current?.hidePopover();

  return (
    <span ref={anchor} className="inline-flex">
      <Button
        look={look}
        small={small}
        icon={icon}
        popoverTarget={id}
        aria-haspopup="menu"
        aria-label={children ? undefined : label}
        data-testid={testId}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown") return;
          event.preventDefault();
          list.current?.showPopover();
        }}
      >
        {children}
      </Button>
      <div
        ref={list}
        id={id}
        role="menu"
        aria-label={label}
        popover="auto"
        tabIndex={-1}
        onKeyDown={move}
        onToggle={(event) => {
          if (event.newState !== "open" || anchor.current === null || list.current === null) return;
          placeBeside(anchor.current, list.current, "end");
          entries()[0]?.focus({ preventScroll: true });
        }}
        className="fixed min-w-44 rounded-md border border-line bg-raised p-1 text-ink shadow-float"
      >
        {items.map((item, index) => {
          if (item === "separator") return <hr key={index} className="my-1 border-line" />;
          const inner = (
            <>
              {item.icon && <Icon name={item.icon} size={14} />}
              <span className="grow">{item.label}</span>
            </>
          );
          if ("href" in item)
            return (
              <a
                key={index}
                role="menuitem"
                tabIndex={-1}
                href={item.href}
                download={item.download}
                className={itemClass}
                onClick={close}
              >
                {inner}
              </a>
            );
          return (
            <button
              key={index}
              type="button"
              role="menuitem"
              tabIndex={-1}
              disabled={item.disabled}
              title={item.hint}
              className={classes(itemClass, item.danger && "text-bad")}
              onClick={() => {
                close();
                item.onSelect();
              }}
            >
              {inner}
            </button>
          );
        })}
      </div>
    </span>
  );
}

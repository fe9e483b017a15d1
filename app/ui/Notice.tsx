import type { ReactNode } from "react";
import { classes } from "./classes.ts";
import { Icon, type IconName } from "./Icon.tsx";

const tones = {
  warn: { box: "bg-warn-soft", icon: "text-warn" },
  bad: { box: "bg-bad-soft", icon: "text-bad" },
  /** Something to know, which may have an icon of another tone. */
  plain: { box: "bg-surface", icon: "text-ink-faint" },
  plainWarn: { box: "bg-surface", icon: "text-warn" },
} as const;

interface NoticeProps {
  tone?: keyof typeof tones;
  icon?: IconName;
  /** "alert" is read aloud at once, "status" when there is time. */
  role?: "alert" | "status";
  /** Text and buttons in a line, which wraps where it is too long; otherwise the icon is at the first line of the text. */
  inLine?: boolean;
  /** For a line over other things, rather than between them. */
  slim?: boolean;
  className?: string;
  testId: string;
  children: ReactNode;
}

/** The frame of all that a page has to say about itself: an icon, a text, and perhaps a button. */
export function Notice(props: NoticeProps) {
  const { tone = "warn", icon = "warning", role, inLine = false, slim = false, className, testId, children } = props;
  return (
    <div
      role={role}
      data-testid={testId}
      className={classes(
        "flex border border-line text-sm",
        inLine ? "flex-wrap items-center gap-x-3 gap-y-2" : "items-start gap-3",
        slim ? "rounded-md px-3 py-2" : "rounded-lg px-4 py-3",
        tones[tone].box,
        className,
      )}
    >
      <span className={classes(!inLine && "mt-0.5", tones[tone].icon)}>
        <Icon name={icon} />
      </span>
      {children}
    </div>
  );
}

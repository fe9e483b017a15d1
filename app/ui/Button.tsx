import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { classes } from "./classes.ts";
import { Icon, type IconName } from "./Icon.tsx";

type Look = "primary" | "plain" | "quiet" | "danger";
interface Style {
  look?: Look;
  small?: boolean;
  icon?: IconName;
}

const looks: Record<Look, string> = {
  primary: "bg-ink text-ground border-ink hover:opacity-85",
  plain: "bg-surface text-ink border-line hover:border-line-strong hover:bg-hover",
  quiet: "border-transparent text-ink-soft hover:bg-hover hover:text-ink",
  danger: "bg-surface text-bad border-line hover:border-bad hover:bg-bad-soft",
};

function styleOf({ look = "plain", small = false }: Style, textless: boolean): string {
  return classes(
    "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium transition-colors duration-75",
    small ? "h-7 text-xs" : "h-8 text-sm",
    textless ? (small ? "w-7" : "w-8") : small ? "px-2" : "px-3",
    "disabled:cursor-not-allowed disabled:opacity-45 aria-disabled:opacity-45",
    looks[look],
  );
}

type ButtonProps = Style & ComponentProps<"button">;

/** Without text it is an icon button and needs an `aria-label`. */
export function Button({ look, small, icon, children, className, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={classes(styleOf({ look, small }, !children), className)}>
      {icon && <Icon name={icon} size={small ? 14 : 16} />}
      {children}
    </button>
  );
}

/** A link that looks like a button; `plainAnchor` for downloads, which the router must not take. */
export function LinkButton({
  look,
  small,
  icon,
  children,
  className,
  href,
  plainAnchor = false,
  ...rest
}: Style & { href: string; plainAnchor?: boolean; children?: ReactNode } & Omit<ComponentProps<"a">, "href">) {
  const Tag = plainAnchor ? "a" : Link;
  return (
    <Tag {...rest} href={href} className={classes(styleOf({ look, small }, !children), className)}>
      {icon && <Icon name={icon} size={small ? 14 : 16} />}
      {children}
    </Tag>
  );
}

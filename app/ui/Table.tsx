import type { ComponentProps, ReactNode } from "react";
import { classes } from "./classes.ts";
import { Icon } from "./Icon.tsx";

/** A table in a box that scrolls sideways in a narrow window. */
export function Table({ children, className, ...rest }: ComponentProps<"table">) {
  return (
    <div className="overflow-x-auto">
      <table {...rest} className={classes("w-full border-collapse text-left text-sm", className)}>
        {children}
      </table>
    </div>
  );
}

const cellClass = "h-9 border-line border-b px-3 first:pl-4 last:pr-4";

/** A column's heading; with `sort` a button that sorts by it. */
export function Th({
  children,
  sort,
  numeric = false,
  className,
}: {
  children?: ReactNode;
  sort?: { active: "asc" | "desc" | null; onToggle: () => void };
  numeric?: boolean;
  className?: string;
}) {
  const ariaSort = sort?.active === "asc" ? "ascending" : sort?.active === "desc" ? "descending" : undefined;
  return (
    <th
      scope="col"
      aria-sort={ariaSort}
      className={classes(cellClass, "whitespace-nowrap font-medium text-ink-faint text-xs", numeric && "text-right", className)}
    >
      {sort === undefined ? (
        children
      ) : (
        <button
          type="button"
          onClick={sort.onToggle}
          className={classes(
            "inline-flex items-center gap-1 hover:text-ink",
            numeric && "flex-row-reverse",
            sort.active !== null && "text-ink",
          )}
        >
          {children}
          <span className={sort.active === null ? "opacity-0" : undefined}>
            <Icon name={sort.active === "asc" ? "up" : "down"} size={12} />
          </span>
        </button>
      )}
    </th>
  );
}

/** Heading of the column that holds a row's buttons or menu: read aloud, not shown. */
export function ActionsTh() {
  return (
    <Th className="w-8">
      <span className="sr-only">Actions</span>
    </Th>
  );
}

/** The rows; the last has no line below it, since the box ends there. */
export function Rows({ children }: { children: ReactNode }) {
  return <tbody className="[&>tr:last-child>td]:border-b-0">{children}</tbody>;
}

export function Td({ numeric = false, className, ...rest }: ComponentProps<"td"> & { numeric?: boolean }) {
  return <td {...rest} className={classes(cellClass, numeric && "text-right", className)} />;
}

/** Names and values under each other, as of a configuration. */
export function Facts({ rows }: { rows: [name: ReactNode, value: ReactNode][] }) {
  return (
    <dl className="grid grid-cols-[minmax(96px,auto)_1fr] gap-x-4 gap-y-1.5 text-sm">
      {rows.map(([name, value], index) => (
        <div key={index} className="contents">
          <dt className="text-ink-faint">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

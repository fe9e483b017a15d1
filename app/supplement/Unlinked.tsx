import type { ReactNode } from "react";

/** Stands for a link to a page of the program in a file that lies on its own: its text alone. */
export default function Unlinked({ children }: { children?: ReactNode }) {
  return <span>{children}</span>;
}

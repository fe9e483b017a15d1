"use client";
import Link from "next/link";
import { createContext, type ReactNode, useContext } from "react";

/** Address of the page of definitions for who reads this page; null where none can be gone to, as in a frame of another page. */
export const DefinitionsContext = createContext<string | null>(null);

/** A title that links to the definition of what it names. @param anchor id of a metric or of a group of them; null: none is known */
export function DefinitionLink({ anchor, name, children }: { anchor: string | null; name?: string; children: ReactNode }) {
  const page = useContext(DefinitionsContext);
  if (page === null || anchor === null) return children;
  return (
    <Link
      href={`${page}#${anchor}`}
      prefetch={false}
      title={`Definition${name ? ` of ${name}` : ""}`}
      className="underline decoration-transparent decoration-dotted underline-offset-4 transition-colors hover:decoration-ink-faint focus-visible:decoration-ink-faint [@media(hover:none)]:decoration-line-strong"
    >
      {children}
    </Link>
  );
}

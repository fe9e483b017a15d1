"use client";
import { useDeferredValue, useEffect, useState } from "react";
import { TextInput } from "../ui/Field.tsx";
import { Formula } from "../ui/Formula.tsx";
import { Panel } from "../ui/Panel.tsx";
import { DefinitionCard } from "./DefinitionCard.tsx";
import { definitionGroups } from "./definitionGroups.ts";
import { notation } from "./notation.ts";

/** Every metric of the program: what it is, what it should be, where it is measured, and who defined it. */
export function DefinitionsView() {
  const [looked, setLooked] = useState("");
  const groups = definitionGroups(useDeferredValue(looked));
  useChosenAnchor();
  return (
    <>
      <div className="mb-4 flex flex-wrap items-end gap-x-6 gap-y-3">
        <div className="mr-auto">
          <h1 className="font-semibold text-xl tracking-tight">Definitions</h1>
          <p className="mt-1 max-w-3xl text-ink-soft text-sm">
            Every number that is measured, by the id under which series, exports and the API have it.
          </p>
        </div>
        <TextInput
          type="search"
          aria-label="Find a definition"
          placeholder="Find: name, id, author"
          className="w-full sm:w-64"
          value={looked}
          onChange={(event) => setLooked(event.target.value)}
        />
      </div>
      <div className="grid items-start gap-x-6 gap-y-4 lg:grid-cols-[224px_minmax(0,1fr)]">
        <nav
          aria-label="Groups of definitions"
          className="-mx-4 flex gap-x-1 overflow-x-auto px-4 lg:sticky lg:top-16 lg:mx-0 lg:block lg:px-0"
        >
          {groups.map(({ id, mark, title }) => (
            <a
              key={id}
              href={`#${id}`}
              className="flex shrink-0 items-baseline gap-2 whitespace-nowrap rounded-md border border-line px-2.5 py-1 text-ink-soft text-xs hover:bg-hover hover:text-ink lg:whitespace-normal lg:border-transparent"
            >
              {mark && <span className="font-medium text-ink">{mark}</span>}
              <span className={mark ? "max-lg:hidden" : undefined}>{title}</span>
            </a>
          ))}
        </nav>
        <div className="min-w-0 space-y-8">
          {looked.trim() === "" && <Notation />}
          {groups.map(({ id, mark, title, definitions }) => (
            <section key={id} id={id} aria-labelledby={`${id}-heading`} className="scroll-mt-16">
              <h2 id={`${id}-heading`} className="mb-2 font-semibold text-base tracking-tight">
                {mark ? `${mark}: ${title.charAt(0).toLowerCase()}${title.slice(1)}` : title}
              </h2>
              <div className="grid gap-3 xl:grid-cols-2">
                {definitions.map((definition) => (
                  <DefinitionCard key={definition.id} definition={definition} />
                ))}
              </div>
            </section>
          ))}
          {groups.length === 0 && <p className="text-ink-faint text-sm">No definition has these words.</p>}
        </div>
      </div>
    </>
  );
}

function Notation() {
  return (
    <Panel title="Notation">
      <dl className="grid gap-x-8 gap-y-1.5 text-sm sm:grid-cols-2 2xl:grid-cols-3">
        {notation.map(([tex, meaning]) => (
          <div key={tex} className="grid grid-cols-[minmax(104px,auto)_minmax(0,1fr)] items-baseline gap-x-3">
            <dt className="text-ink">
              <Formula tex={tex} />
            </dt>
            <dd className="text-ink-soft text-xs">{meaning}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

/** A page that is come to from another one is drawn after the address has its anchor: it is gone to, and marked, once more. */
function useChosenAnchor() {
  useEffect(() => {
    const { hash } = window.location;
    if (hash.length < 2 || document.getElementById(decodeURIComponent(hash.slice(1))) === null) return;
    window.location.replace(hash);
  }, []);
}

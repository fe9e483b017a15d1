"use client";
import { type RefObject, useEffect, useEffectEvent, useState } from "react";
import { experimentStatuses } from "../../contract/status.ts";
import { Button } from "../ui/Button.tsx";
import { Checkbox, Select, TextInput } from "../ui/Field.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Kbd } from "../ui/Kbd.tsx";
import { Segmented } from "../ui/Segmented.tsx";
import type { useListFilters } from "./useListFilters.ts";

type Filters = ReturnType<typeof useListFilters>;

export function ExperimentFilters({
  filters,
  tags,
  searchRef,
}: {
  filters: Filters;
  tags: string[];
  searchRef: RefObject<HTMLInputElement | null>;
}) {
  const statuses = [
    { value: "all", label: "All" } as const,
    ...experimentStatuses.map((value) => ({ value, label: capital(value) })),
  ];
  return (
    <search className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <SearchBox value={filters.search} onChange={(q) => filters.change({ q })} inputRef={searchRef} />
      <Segmented
        label="Status"
        className="max-sm:hidden"
        options={statuses}
        value={filters.status ?? "all"}
        onChange={(status) => filters.change({ status: status === "all" ? null : status })}
      />
      <Select
        aria-label="Status"
        className="w-auto! sm:hidden"
        options={statuses.map((option) => (option.value === "all" ? { ...option, label: "Any status" } : option))}
        value={filters.status ?? "all"}
        onChange={(status) => filters.change({ status: status === "all" ? null : status })}
      />
      {(tags.length > 0 || filters.tag) && (
        <Select
          aria-label="Tag"
          className="w-auto! max-w-40"
          options={[{ value: "", label: "Any tag" }, ...withChosen(tags, filters.tag).map((tag) => ({ value: tag, label: tag }))]}
          value={filters.tag ?? ""}
          onChange={(tag) => filters.change({ tag })}
        />
      )}
      <Checkbox
        label="Archived"
        className="text-ink-soft"
        checked={filters.archived}
        onChange={(event) => filters.change({ archived: event.target.checked, deleted: null })}
      />
      <Checkbox
        label="Deleted"
        className="text-ink-soft"
        checked={filters.removed}
        onChange={(event) => filters.change({ deleted: event.target.checked, archived: null })}
      />
      {filters.filtered && (
        <Button look="quiet" small icon="close" onClick={() => filters.change({ q: null, status: null, tag: null })}>
          Clear
        </Button>
      )}
    </search>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const withChosen = (tags: string[], tag: string | undefined) => (tag && !tags.includes(tag) ? [tag, ...tags] : tags);

/** Writes to the address a moment after the last key, and follows it when it changes otherwise. */
function SearchBox({
  value,
  onChange,
  inputRef,
}: {
  value: string;
  onChange: (value: string) => void;
  inputRef: RefObject<HTMLInputElement | null>;
}) {
  const [text, setText] = useState(value);
  const settle = useEffectEvent(onChange);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => settle(text), 150);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <div className="relative w-full sm:w-72">
      <span className="pointer-events-none absolute inset-y-0 left-2.5 flex items-center text-ink-faint">
        <Icon name="search" size={14} />
      </span>
      <TextInput
        ref={inputRef}
        type="search"
        aria-label="Search experiments"
        placeholder="Search names, notes and tags"
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          if (text === "") event.currentTarget.blur();
          else onChange("");
        }}
        className="pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden"
        data-testid="search"
      />
      <span className="pointer-events-none absolute inset-y-0 right-1.5 hidden items-center sm:flex">
        <Kbd>/</Kbd>
      </span>
    </div>
  );
}

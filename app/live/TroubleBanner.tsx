"use client";
import { Icon } from "../ui/Icon.tsx";
import { useServerTrouble } from "./serverTrouble.ts";

/** Over every page while the server's database is away or full; goes by itself. */
export function TroubleBanner() {
  const trouble = useServerTrouble();
  if (trouble === null) return null;
  return (
    <div
      role="status"
      data-testid="trouble"
      className="mb-4 flex items-start gap-3 rounded-md border border-line bg-warn-soft px-3 py-2 text-sm"
    >
      <span className="mt-0.5 text-warn">
        <Icon name="warning" />
      </span>
      <span className="min-w-0 flex-1 break-words">{trouble} This page catches up on its own.</span>
    </div>
  );
}

"use client";
import { Notice } from "../ui/Notice.tsx";
import { useServerTrouble } from "./serverTrouble.ts";

/** Shown above every page while the server's database is away or full; disappears on its own. */
export function TroubleBanner() {
  const trouble = useServerTrouble();
  if (trouble === null) return null;
  return (
    <Notice role="status" slim className="mb-4" testId="trouble">
      <span className="min-w-0 flex-1 break-words">{trouble} This page catches up on its own.</span>
    </Notice>
  );
}

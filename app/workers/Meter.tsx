import { Progress } from "../ui/Progress.tsx";

/** How much of something is in use; a share of null is shown as not known. */
export function Meter({ label, share, text }: { label: string; share: number | null; text: string }) {
  return (
    <div className="min-w-0">
      <div className="mb-1 flex justify-between gap-2 text-xs">
        <span className="text-ink-faint">{label}</span>
        <span className="truncate text-ink-soft">{text}</span>
      </div>
      <Progress share={share ?? 0} label={label} />
    </div>
  );
}

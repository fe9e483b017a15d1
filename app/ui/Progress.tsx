/** How much is done, as a thin bar; `share` in [0, 1]. */
export function Progress({ share, label, busy = false }: { share: number; label: string; busy?: boolean }) {
  const percent = Number.isFinite(share) ? Math.max(0, Math.min(1, share)) * 100 : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.round(percent)}
      aria-valuemin={0}
      aria-valuemax={100}
      className="h-1 w-full overflow-hidden rounded-full bg-sunken shadow-[inset_0_0_0_1px_var(--line)]"
    >
      <div
        className={`h-full rounded-full transition-[width] duration-300 ${busy ? "bg-busy" : "bg-ink-faint"}`}
        style={{ width: `${percent}%` }}
      />
    </div>
  );
}

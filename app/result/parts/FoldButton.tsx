import { Icon } from "../../ui/Icon.tsx";

/** @param of whose runs are shown or not */
export function FoldButton({ open, of, onToggle }: { open: boolean; of: string; onToggle: () => void }) {
  return (
    <button
      type="button"
      aria-expanded={open}
      aria-label={`${open ? "Fold" : "Open"} the runs of ${of}`}
      onClick={onToggle}
      className="flex size-6 items-center justify-center rounded-sm hover:bg-hover"
    >
      <Icon name={open ? "down" : "right"} size={12} />
    </button>
  );
}

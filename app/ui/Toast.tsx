"use client";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { Button } from "./Button.tsx";

interface ToastMessage {
  text: string;
  tone?: "plain" | "bad";
  /** Undo, mostly. */
  action?: { label: string; onSelect: () => void };
  durationMs?: number;
}
interface Shown extends ToastMessage {
  id: number;
}

const ToastContext = createContext<(message: ToastMessage) => void>(() => {});

/** Shows a short message at the foot of the window: what was done, with its undo, or what failed. */
export const useToast = () => useContext(ToastContext);

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown[]>([]);
  const nextId = useRef(1);
  const remove = useCallback((id: number) => setShown((all) => all.filter((toast) => toast.id !== id)), []);
  const show = useCallback((message: ToastMessage) => {
    setShown((all) => [...all.slice(-2), { ...message, id: nextId.current++ }]);
  }, []);
  const list = useMemo(() => shown, [shown]);
  const layer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Above a window that opened before: what came last into the browser's top layer is on top.
    if (shown.length === 0 || !layer.current?.showPopover) return;
    layer.current.hidePopover();
    layer.current.showPopover();
  }, [shown]);
  return (
    <ToastContext value={show}>
      {children}
      <div
        ref={layer}
        popover="manual"
        aria-live="polite"
        data-testid="toasts"
        className="pointer-events-none fixed inset-x-4 top-auto bottom-18 z-50 m-0 flex w-auto flex-col items-center gap-2 overflow-visible border-0 bg-transparent p-0 text-ink sm:bottom-6"
      >
        {list.map((toast) => (
          <ToastCard key={toast.id} toast={toast} onGone={() => remove(toast.id)} />
        ))}
      </div>
    </ToastContext>
  );
}

function ToastCard({ toast, onGone }: { toast: Shown; onGone: () => void }) {
  const [held, setHeld] = useState(false);
  const gone = useRef(onGone);
  gone.current = onGone;
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => gone.current(), toast.durationMs ?? (toast.action ? 8_000 : 5_000));
    return () => clearTimeout(timer);
  }, [held, toast]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering or focusing only keeps the message from going away
    <div
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className={`pointer-events-auto flex max-w-full animate-rise items-center gap-3 rounded-md border bg-raised py-1.5 pr-1.5 pl-3 text-sm shadow-float ${toast.tone === "bad" ? "border-bad text-bad" : "border-line-strong"}`}
    >
      <span className="wrap-anywhere min-w-0">{toast.text}</span>
      {toast.action && (
        <Button
          small
          onClick={() => {
            toast.action?.onSelect();
            onGone();
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <Button look="quiet" small icon="close" aria-label="Dismiss" onClick={onGone} />
    </div>
  );
}

import { type ReactNode, useState } from "react";
import { CrosshairContext, CrosshairStore } from "../charts/pointer/crosshair.ts";
import { ToastProvider } from "../ui/Toast.tsx";

/** What charts need around them. */
export function Around({ children }: { children: ReactNode }) {
  const [crosshair] = useState(() => new CrosshairStore());
  return (
    <CrosshairContext value={crosshair}>
      <ToastProvider>{children}</ToastProvider>
    </CrosshairContext>
  );
}

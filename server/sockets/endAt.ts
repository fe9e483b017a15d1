import type { Socket } from "socket.io";

/** Timers beyond this fire at once. */
const maxTimerMs = 2 ** 31 - 1;

/** Cuts a connection when what let it in expires. */
export function endAt(socket: Pick<Socket, "disconnect" | "once">, at: Date | null): void {
  if (at === null) return;
  let timer: NodeJS.Timeout;
  const wait = () => {
    const leftMs = at.getTime() - Date.now();
    timer = setTimeout(() => (leftMs > maxTimerMs ? wait() : socket.disconnect(true)), Math.min(Math.max(0, leftMs), maxTimerMs));
    timer.unref();
  };
  wait();
  socket.once("disconnect", () => clearTimeout(timer));
}

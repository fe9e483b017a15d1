const beatMs = 1_000;
/** A clock read this much later than expected stood still in the meantime. */
const sleptMs = 5_000;

/**
 * Calls when this page may have been cut off without notice: it was hidden or frozen, the network came or went, or the computer
 * slept (its timers were late, or the day's clock jumped). @returns how to stop listening
 */
export function listenForWaking(wake: () => void): () => void {
  let steady = performance.now();
  let wall = Date.now();
  const beat = setInterval(() => {
    const late = Math.max(performance.now() - steady, Math.abs(Date.now() - wall)) - beatMs;
    steady = performance.now();
    wall = Date.now();
    if (late > sleptMs) wake();
  }, beatMs);
  const whenShown = () => {
    if (document.visibilityState === "visible") wake();
  };
  const onPage = typeof document === "object";
  if (onPage) {
    document.addEventListener("visibilitychange", whenShown);
    document.addEventListener("resume", wake);
    for (const event of ["online", "offline", "pageshow"]) window.addEventListener(event, wake);
  }
  return () => {
    clearInterval(beat);
    if (!onPage) return;
    document.removeEventListener("visibilitychange", whenShown);
    document.removeEventListener("resume", wake);
    for (const event of ["online", "offline", "pageshow"]) window.removeEventListener(event, wake);
  };
}

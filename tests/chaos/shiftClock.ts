import { readFileSync } from "node:fs";

/**
 * Loaded before a program (`node --import`): its clock is ahead by the milliseconds that a file holds, and is set while it runs, as a
 * person or NTP sets one. Times since the start of the process stay what they are.
 */
const file = process.env.CHAOS_CLOCK;
const TrueDate = Date;
let aheadMs = 0;

function look(): void {
  try {
    aheadMs = Number(readFileSync(file!, "utf8")) || 0;
  } catch {}
}

if (file) {
  look();
  setInterval(look, 200).unref();
  const now = () => TrueDate.now() + aheadMs;
  globalThis.Date = new Proxy(TrueDate, {
    construct: (target, args, as) => Reflect.construct(target, args.length === 0 ? [now()] : args, as) as object,
    get: (target, name, as) => (name === "now" ? now : Reflect.get(target, name, as)),
    apply: () => new TrueDate(now()).toString(),
  });
}

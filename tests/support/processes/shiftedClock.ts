/** Loaded before a program by `--import`: at SIGUSR2 its wall clock is set back by a day, as by a person or a time server. */
const RealDate = Date;
const dayMs = 86_400_000;
let shiftMs = 0;

const shifted = () => RealDate.now() + shiftMs;
globalThis.Date = new Proxy(RealDate, {
  get: (target, key) => (key === "now" ? shifted : Reflect.get(target, key)),
  apply: () => new RealDate(shifted()).toString(),
  construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [shifted()] : given, made),
});
process.on("SIGUSR2", () => {
  shiftMs -= dayMs;
});

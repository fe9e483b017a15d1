import { Failure } from "../../contract/failure.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Failure INVALID naming the variable, its value and what it may be */
export function wholeNumber(name: string, text: string, [least, most]: [number, number]): number {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < least || value > most)
    throw new Failure("INVALID", `${name} is "${text}": it must be a whole number from ${least} to ${most}`);
  return value;
}

/** @throws Failure INVALID naming the variable, its value and what it may be */
export function megabytes(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Failure("INVALID", `${name} is "${text}": it must be a whole number of megabytes`);
  return Number(text) * 1e6;
}

/** @throws Failure INVALID naming the variable, its value and what it may be */
export function isOn(name: string, text: string): boolean {
  if (text !== "1" && text !== "0") throw new Failure("INVALID", `${name} is "${text}": it must be 1, 0 or left out`);
  return text === "1";
}

/** @throws Failure INVALID naming the variable, its value and what it may be */
export function isOnOrOff(name: string, text: string): boolean {
  if (text !== "on" && text !== "off") throw new Failure("INVALID", `${name} is "${text}": it must be on, off or left out`);
  return text === "on";
}

import { Failure } from "../../contract/failure.ts";

/** @throws Failure INVALID naming the flag, its value and what it may be */
export function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new Failure("INVALID", `${flag} is "${text}": it must be a whole number from ${min} to ${max}`);
  return value;
}

/** Seconds, with up to two decimals, in ms. @throws Failure INVALID naming the variable, its value and what it may be */
export function seconds(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d{1,6}(\.\d{1,2})?$/.test(text) || value > max)
    throw new Failure("INVALID", `${name} is "${text}": it must be a number of seconds from 0 to ${max}, such as 180`);
  return Math.round(value * unitMs.s);
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
const weekMs = 168 * unitMs.h;

/** A time such as 90s, 5m or 2h, in ms. @throws Failure INVALID naming the flag, its value and what it may be */
export function duration(flag: string, text: string): number {
  const [, number, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const ms = Number(number) * unitMs[unit as keyof typeof unitMs];
  if (!(ms >= unitMs.s && ms <= weekMs))
    throw new Failure("INVALID", `${flag} is "${text}": it must be a time such as 90s, 5m or 2h, from 1s to 168h`);
  return ms;
}

const maxMinutes = 100_000;

/** Minutes, with up to two decimals, in ms. @throws Failure INVALID naming the flag, its value and what it may be */
export function minutes(flag: string, text: string): number {
  const value = Number(text);
  if (!/^\d{1,6}(\.\d{1,2})?$/.test(text) || value < 0.1 || value > maxMinutes)
    throw new Failure("INVALID", `${flag} is "${text}": it must be a number of minutes from 0.1 to ${maxMinutes}, such as 230`);
  return Math.round(value * unitMs.m);
}

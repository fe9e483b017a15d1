import type { Random } from "./random.ts";

const texts = [
  ...["", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "\u202e", "\ufeff", "\u200b", "😀".repeat(60), "é".normalize("NFD")],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "null", "undefined", "NaN", "-0", "1e999", "0x10", "true"],
  ...[
    "../../etc/passwd",
    "..\\..\\x",
    "%2e%2e%2f",
    "%00",
    "%",
    "C:\\x",
    "/dev/zero",
    "file:///etc/passwd",
    "http://169.254.169.254/",
  ],
  ...[
    "' or 1=1 --",
    '"; drop table runs; --',
    "$1",
    "\\x00",
    "{{7*7}}",
    "#{7*7}",
    "=1+1",
    "@SUM(A1)",
    "<script>alert(1)</script>",
  ],
  ...["\r\nset-cookie: a=b", "(a+)+$", "a".repeat(130), "x".repeat(5_000), "[".repeat(500), "\\".repeat(300), '"'.repeat(300)],
  ...["train/loss", "train/nc1.ratio@1", "train/nc1.ratio@999", "test/", "00000000-0000-4000-8000-000000000000", "2026-01-01"],
];
const numbers = [
  ...[0, -0, 1, -1, 2, 3, 0.1, 0.5, 1e-320, 5e-324, 1e308, -1e308, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 2 ** 63],
  ...[255, 256, 65_535, 65_536, 1_000_000, 1_000_000_000, 4.5, 1e21],
];

/** A value that a careful program does not expect. */
export function hostileValue(random: Random, depth = 0): unknown {
  switch (random.below(depth > 3 ? 5 : 8)) {
    case 0:
      return random.pick(numbers);
    case 1:
    case 2:
      return random.pick(texts);
    case 3:
      return random.pick([null, true, false]);
    case 4:
      return String.fromCharCode(...Array.from({ length: random.below(30) }, () => random.below(65_536)));
    case 5:
      return Array.from({ length: random.below(6) }, () => hostileValue(random, depth + 1));
    case 6: {
      // A key "__proto__" must be one of the object's own, as JSON.parse makes it.
      const entries = Array.from({ length: random.below(5) }, () => {
        const key = random.chance(0.5) ? random.pick(texts) : random.pick(["id", "name", "kind", "config", "step", "key"]);
        return `${JSON.stringify(key)}:${toJson(hostileValue(random, depth + 1))}`;
      });
      return JSON.parse(`{${entries.join(",")}}`);
    }
    default:
      return JSON.parse(`${"[".repeat(40)}${"]".repeat(40)}`);
  }
}

/** JSON turns what it cannot write into null. */
export const toJson = (value: unknown): string => JSON.stringify(value) ?? "null";

/** A valid value with one to three of its parts replaced, removed, doubled or moved. */
export function mutate(random: Random, value: unknown): unknown {
  let mutant = structuredClone(value);
  for (let times = 1 + random.below(3); times > 0; times--) mutant = mutateOnce(random, mutant);
  return mutant;
}

function mutateOnce(random: Random, value: unknown): unknown {
  if (typeof value !== "object" || value === null || random.chance(0.1)) return nearby(random, value);
  if (Array.isArray(value)) {
    if (value.length === 0 || random.chance(0.2)) return [...value, hostileValue(random)];
    const at = random.below(value.length);
    if (random.chance(0.15)) return value.filter((_, index) => index !== at);
    if (random.chance(0.15)) return Array.from({ length: 2 + random.below(100) }, () => value[at]);
    return value.map((item, index) => (index === at ? mutateOnce(random, item) : item));
  }
  const keys = Object.keys(value);
  const object = { ...value } as Record<string, unknown>;
  if (keys.length === 0 || random.chance(0.1)) object[random.pick(texts)] = hostileValue(random);
  else {
    const key = random.pick(keys);
    if (random.chance(0.15)) delete object[key];
    else object[key] = mutateOnce(random, object[key]);
  }
  return object;
}

/** Something like it, or something else. */
function nearby(random: Random, value: unknown): unknown {
  if (typeof value === "number" && random.chance(0.5)) return value + random.pick([-1, 1, 0.5, -0.5, 1e9, -1e9]);
  if (typeof value === "string" && random.chance(0.5)) {
    const at = random.below(value.length + 1);
    return value.slice(0, at) + random.pick(texts) + value.slice(random.chance(0.5) ? at : at + 1);
  }
  return hostileValue(random);
}

/** Bytes with some of them changed, cut off, doubled or made up. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  let mutant = Buffer.from(bytes);
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = random.below(mutant.length + 1);
    switch (random.below(6)) {
      case 0:
        mutant = mutant.subarray(0, at);
        break;
      case 1:
        mutant = Buffer.concat([mutant.subarray(0, at), random.bytes(1 + random.below(16)), mutant.subarray(at)]);
        break;
      case 2:
        mutant = Buffer.concat([mutant.subarray(0, at), mutant.subarray(Math.min(mutant.length, at + 1 + random.below(16)))]);
        break;
      case 3:
        mutant = Buffer.concat([mutant, mutant.subarray(at)]);
        break;
      default:
        mutant = Buffer.from(mutant);
        for (let many = 1 + random.below(8); many > 0 && mutant.length > 0; many--)
          mutant[random.below(mutant.length)] = random.chance(0.5) ? random.below(256) : random.pick([0, 1, 127, 128, 255]);
    }
  }
  return mutant;
}

export const hostileTexts = texts;

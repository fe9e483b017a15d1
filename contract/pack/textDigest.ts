const prime = 0x1000000000000000000013bn;
const basis = 0x6c62272e07bb014262b821756295c58dn;

/** Texts whose digests are remembered: grids ask for the same few again and again. */
const remembered = new Map<string, string>();
const maxRemembered = 1_000;

/** 128-bit FNV-1a of a text's UTF-16 units, in 32 hexadecimal digits: the same in browsers, servers and workers. */
export function textDigest(text: string): string {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  let hash = basis;
  for (let at = 0; at < text.length; at++) hash = BigInt.asUintN(128, (hash ^ BigInt(text.charCodeAt(at))) * prime);
  const digest = hash.toString(16).padStart(32, "0");
  if (remembered.size >= maxRemembered) remembered.clear();
  remembered.set(text, digest);
  return digest;
}

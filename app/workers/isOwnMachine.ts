/** Whether an address leads back to the machine that it is used on, so that no other one reaches the server by it. */
export function isOwnMachine(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { hostname } = new URL(address);
  return hostname === "[::1]" || /^(127\.[\d.]+|0\.0\.0\.0|(.+\.)?localhost)$/.test(hostname);
}

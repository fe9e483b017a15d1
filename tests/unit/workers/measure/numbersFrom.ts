/** Park and Miller's numbers from −0.5 to 0.5. */
export function numbersFrom(state: number, count: number): Float64Array {
  let at = state;
  return Float64Array.from({ length: count }, () => {
    at = (at * 48271) % 2147483647;
    return at / 2147483647 - 0.5;
  });
}

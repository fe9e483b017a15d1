/**
 * How long each try of a question may take. A line that was cut off leaves connections behind that look alive and never answer, and a
 * browser takes them first: a question that got no answer is asked again over another one.
 */
const triesMs = [8_000, 8_000, 30_000, 60_000];
/** A change must happen only once, so it is not retried; but nobody waits for it forever. */
const changeMs = 120_000;

/** `fetch` that gives up. @throws what the last try ended with */
export async function patientFetch(
  address: RequestInfo | URL,
  options: RequestInit = {},
  patience = (options.method ?? "GET") === "GET" ? triesMs : [changeMs],
): Promise<Response> {
  const [ms, ...rest] = patience as [number, ...number[]];
  const late = AbortSignal.timeout(ms);
  try {
    const response = await fetch(address, {
      ...options,
      signal: options.signal ? AbortSignal.any([options.signal, late]) : late,
    });
    // The answer's body comes over the same line.
    return new Response(await response.arrayBuffer(), response);
  } catch (error) {
    if (!late.aborted || rest.length === 0) throw error;
    return patientFetch(address, options, rest);
  }
}

/**
 * What the server answered if it turned a Socket.IO connection away before it was made. Only an answer to polling tells it: after a
 * WebSocket nothing is known but that it failed.
 * @param error of Socket.IO's `connect_error`
 * @returns null if the connection failed for another reason
 */
export function handshakeRefusal(error: object): string | null {
  const { description, context } = error as { description?: unknown; context?: { responseText?: unknown } };
  if (description !== 403) return null;
  try {
    const { message } = JSON.parse(String(context?.responseText)) as { message: unknown };
    if (typeof message === "string") return message.slice(0, 500);
  } catch {}
  return "The server, or a proxy before it, answered 403.";
}

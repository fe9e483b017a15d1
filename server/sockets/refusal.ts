/** An error that Socket.IO hands to the client as `connect_error` with `data` = {code, message}. */
export function refusal(code: string, message: string): Error & { data: { code: string; message: string } } {
  return Object.assign(new Error(message), { data: { code, message } });
}

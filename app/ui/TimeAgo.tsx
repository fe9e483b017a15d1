import { formatAgo, formatFull } from "../text/formatTime.ts";

/** How long ago something was; the full time, or what `title` says, on hovering. */
export function TimeAgo({ at, now, title = formatFull(at) }: { at: string; now: number; title?: string }) {
  return (
    <time dateTime={at} title={title}>
      {formatAgo(at, now)}
    </time>
  );
}

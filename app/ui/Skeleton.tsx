import { classes } from "./classes.ts";

/** The place of something that is being read; appears only after a moment, so that quick answers do not flicker. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={classes("shimmer rounded-sm", className ?? "h-4 w-full")} />;
}

export function SkeletonLines({ count = 4 }: { count?: number }) {
  return (
    <div className="space-y-3" role="status" aria-label="Loading">
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} className={`h-4 ${["w-full", "w-5/6", "w-2/3"][index % 3]}`} />
      ))}
    </div>
  );
}

import { Skeleton } from "../ui/Skeleton.tsx";

/** The page's outline until the experiment is read. */
export function ResultSkeleton() {
  return (
    <div className="space-y-4" role="status" aria-label="Loading the experiment">
      <Skeleton className="h-8 w-72" />
      <Skeleton className="h-4 w-96 max-w-full" />
      <div className="grid gap-4 xl:grid-cols-2">
        <Skeleton className="h-96 w-full" />
        <Skeleton className="h-96 w-full" />
      </div>
    </div>
  );
}

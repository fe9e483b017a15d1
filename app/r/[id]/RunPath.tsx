import Link from "next/link";
import { Icon } from "../../ui/Icon.tsx";

/** From a run's page to its experiment. */
export function RunPath({ experiment, href, ordinal }: { experiment: string; href: string; ordinal: number }) {
  return (
    <p className="mb-1 flex min-w-0 items-center gap-1 text-ink-soft text-xs">
      <Link href={href} className="truncate hover:underline" data-testid="to-experiment">
        {experiment}
      </Link>
      <Icon name="right" size={10} />
      <span className="whitespace-nowrap">run {ordinal + 1}</span>
    </p>
  );
}

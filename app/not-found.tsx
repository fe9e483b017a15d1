import { listPage } from "./links.ts";
import { LinkButton } from "./ui/Button.tsx";
import { EmptyState } from "./ui/EmptyState.tsx";

export default function NotFound() {
  return (
    <EmptyState title="There is no such page" actions={<LinkButton href={listPage}>Go to experiments</LinkButton>}>
      The address may be incomplete, or what it pointed to was deleted.
    </EmptyState>
  );
}

import { LinkButton } from "./ui/Button.tsx";
import { EmptyState } from "./ui/EmptyState.tsx";

export default function NotFound() {
  return (
    <EmptyState title="There is no such page" actions={<LinkButton href="/">To the experiments</LinkButton>}>
      The address may be cut off, or what it named was deleted.
    </EmptyState>
  );
}

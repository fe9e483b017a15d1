import { DefinitionsView } from "../../../definitions/DefinitionsView.tsx";

/** For who reads a shared study without signing in. */
export default function SharedDefinitionsPage() {
  return <DefinitionsView />;
}

"use client";
import { useRouter } from "next/navigation";
import { useMe } from "../account/useMe.ts";
import { useTRPCClient } from "../data/trpcClient.ts";
import { accessPage, apiPage, listPage, peoplePage } from "../links.ts";
import { Menu, type MenuItem } from "../ui/Menu.tsx";
import { useCommands } from "./Commands.tsx";

/** Who is signed in, and their own places. Where one person has the server to themselves, the palette alone leads there. */
export function AccountMenu() {
  const me = useMe();
  const router = useRouter();
  const client = useTRPCClient();
  const signOut = async () => {
    await client.account.endSessions.mutate({ which: "this" }).catch(() => undefined);
    window.location.assign(listPage);
  };
  const managesPeople = me?.shared === true && me.rights.includes("manage");
  useCommands([
    ...(managesPeople
      ? [
          {
            id: "people",
            label: "People",
            words: "members roles invite",
            icon: "person" as const,
            run: () => router.push(peoplePage),
          },
        ]
      : []),
    {
      id: "access",
      label: "Sessions and tokens",
      words: "access sign out programs API",
      icon: "key" as const,
      run: () => router.push(accessPage),
    },
    {
      id: "api",
      label: "API",
      words: "openapi routes curl programs tokens",
      icon: "link" as const,
      run: () => router.push(apiPage),
    },
    ...(me?.signIn
      ? [{ id: "sign-out", label: "Sign out", words: "leave", icon: "leave" as const, run: () => void signOut() }]
      : []),
  ]);
  if (!me?.shared || !me.signIn) return null;
  const items: MenuItem[] = [
    { label: <WhoIs name={me.name ?? ""} role={me.role} />, disabled: true, onSelect: () => {} },
    "separator",
    ...(managesPeople ? [{ label: "People", icon: "person" as const, onSelect: () => router.push(peoplePage) }] : []),
    { label: "Sessions and tokens", icon: "key", onSelect: () => router.push(accessPage) },
    "separator",
    { label: "Sign out", icon: "leave", onSelect: () => void signOut() },
  ];
  return <Menu label={`Signed in as ${me.name}`} icon="person" small={false} items={items} testId="account" />;
}

function WhoIs({ name, role }: { name: string; role: string }) {
  return (
    <span className="block max-w-56 text-ink">
      <span className="block truncate font-medium">{name}</span>
      {name !== role && <span className="block text-ink-soft text-xs">{role}</span>}
    </span>
  );
}

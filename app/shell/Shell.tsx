"use client";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { useMay } from "../account/useMe.ts";
import { definitionsPage, isEmbedPage, listPage, newPage, sharedPage, shareOfPage, theoryPage, workersPage } from "../links.ts";
import { TroubleBanner } from "../live/TroubleBanner.tsx";
import { ThemeMenu } from "../theme/ThemeMenu.tsx";
import { Button, LinkButton } from "../ui/Button.tsx";
import { classes } from "../ui/classes.ts";
import { copyText } from "../ui/copyText.ts";
import { DefinitionsContext } from "../ui/DefinitionLink.tsx";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { Kbd } from "../ui/Kbd.tsx";
import { useToast } from "../ui/Toast.tsx";
import { AccountMenu } from "./AccountMenu.tsx";
import { CommandPalette } from "./CommandPalette.tsx";
import { KeyHelp } from "./KeyHelp.tsx";
import { Logo } from "./Logo.tsx";
import { ProgramVersion } from "./ProgramVersion.tsx";
import { useKeys } from "./useKeys.ts";

const places: { href: string; label: string; icon: IconName; within: RegExp }[] = [
  { href: listPage, label: "Experiments", icon: "list", within: /^\/($|e\/|r\/)/ },
  { href: workersPage, label: "Workers", icon: "worker", within: /^\/workers/ },
  { href: theoryPage, label: "Theory", icon: "theory", within: /^\/theory/ },
  { href: definitionsPage(), label: "Definitions", icon: "definition", within: /^\/definitions/ },
];

/** The frame of every page: navigation above (below on a phone), palette and keys. A shared page has none of it, and a chart in a frame nothing at all. */
export function Shell({ children }: { children: ReactNode }) {
  const path = usePathname();
  if (isEmbedPage(path)) return children;
  const share = shareOfPage(path);
  return (
    <DefinitionsContext value={definitionsPage(share)}>
      {share === null ? <OwnFrame path={path}>{children}</OwnFrame> : <SharedFrame share={share}>{children}</SharedFrame>}
    </DefinitionsContext>
  );
}

function OwnFrame({ path, children }: { path: string; children: ReactNode }) {
  const router = useRouter();
  const toast = useToast();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const may = useMay();
  useKeys({
    "mod+k": () => setPalette((open) => !open),
    n: () => may("launch") && router.push(newPage),
    c: async () => {
      const copied = await copyText(window.location.href);
      toast(
        copied
          ? { text: "Address copied" }
          : { text: "The browser does not allow this page to copy. Copy the address from the address bar instead.", tone: "bad" },
      );
    },
    "?": () => setHelp(true),
  });

  return (
    <>
      <SkipLink />
      <header className="sticky top-0 z-30 border-line border-b bg-ground/92 backdrop-blur-sm">
        <div className="mx-auto flex h-12 max-w-[1680px] items-center gap-1 px-4 lg:px-6">
          <Link
            href={listPage}
            className="mr-4 flex items-center gap-2 font-semibold text-base tracking-tight"
            aria-label="Collapsar, experiments"
          >
            <Logo />
            Collapsar
          </Link>
          <nav aria-label="Pages" className="hidden h-full items-stretch sm:flex">
            {places.map((place) => {
              const here = place.within.test(path);
              return (
                <Link
                  key={place.href}
                  href={place.href}
                  aria-current={here ? "page" : undefined}
                  className={classes(
                    "relative flex items-center px-3 text-sm transition-colors",
                    here
                      ? "font-medium text-ink after:absolute after:inset-x-3 after:bottom-[-1px] after:h-0.5 after:bg-accent"
                      : "text-ink-soft hover:text-ink",
                  )}
                >
                  {place.label}
                </Link>
              );
            })}
          </nav>
          <div className="ml-auto flex items-center gap-1.5">
            <Button
              onClick={() => setPalette(true)}
              aria-label="Commands"
              data-testid="open-palette"
              className="text-ink-faint! max-sm:w-8 max-sm:border-transparent max-sm:bg-transparent max-sm:px-0"
            >
              <Icon name="search" size={14} />
              <span className="hidden font-normal sm:inline">Search</span>
              <span className="hidden gap-0.5 sm:flex">
                <Kbd>Ctrl</Kbd>
                <Kbd>K</Kbd>
              </span>
            </Button>
            <ThemeMenu />
            <AccountMenu />
            {path !== newPage && may("launch") && (
              <LinkButton href={newPage} look="primary" icon="plus" className="max-sm:hidden" data-testid="new-experiment">
                New experiment
              </LinkButton>
            )}
          </div>
        </div>
      </header>
      <main id="content" className="mx-auto max-w-[1680px] px-4 pt-5 pb-24 sm:pb-12 lg:px-6">
        <TroubleBanner />
        {children}
        <ProgramVersion />
      </main>
      <nav
        aria-label="Pages"
        className="fixed inset-x-0 bottom-0 z-30 grid auto-cols-fr grid-flow-col border-line border-t bg-ground pb-[env(safe-area-inset-bottom)] sm:hidden"
      >
        {[...places, ...(may("launch") ? [{ href: newPage, label: "New", icon: "plus" as const, within: /^\/new/ }] : [])].map(
          (place) => {
            const here = place.within.test(path);
            return (
              <Link
                key={place.href}
                href={place.href}
                aria-current={here ? "page" : undefined}
                className={classes(
                  "flex h-14 flex-col items-center justify-center gap-1 text-2xs",
                  here ? "text-accent" : "text-ink-soft",
                )}
              >
                <Icon name={place.icon} size={18} />
                {place.label}
              </Link>
            );
          },
        )}
      </nav>
      <CommandPalette open={palette} onClose={() => setPalette(false)} onHelp={() => setHelp(true)} />
      <KeyHelp open={help} onClose={() => setHelp(false)} />
    </>
  );
}

function SharedFrame({ share, children }: { share: string; children: ReactNode }) {
  return (
    <>
      <SkipLink />
      <header className="border-line border-b">
        <div className="mx-auto flex h-12 max-w-[1680px] items-center gap-3 px-4 lg:px-6">
          <span className="flex items-center gap-2 font-semibold text-base tracking-tight">
            <Logo />
            Collapsar
          </span>
          <span className="text-ink-faint text-xs max-sm:hidden">shared, read-only</span>
          <nav aria-label="Pages" className="ml-auto flex items-center gap-4 text-ink-soft text-sm">
            <Link href={sharedPage(share)} className="hover:text-ink">
              Study
            </Link>
            <Link href={definitionsPage(share)} className="hover:text-ink">
              Definitions
            </Link>
          </nav>
          <div>
            <ThemeMenu />
          </div>
        </div>
      </header>
      <main id="content" className="mx-auto max-w-[1680px] px-4 pt-5 pb-12 lg:px-6">
        <TroubleBanner />
        {children}
      </main>
    </>
  );
}

function SkipLink() {
  return (
    <a
      href="#content"
      className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md border border-line bg-raised px-3 py-1.5 text-sm focus:translate-y-0"
    >
      Skip to content
    </a>
  );
}

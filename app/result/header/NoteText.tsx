"use client";
import { memo } from "react";
import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import { Formula, FormulaText } from "../../ui/Formula.tsx";
import { PanelBoundary } from "../../ui/PanelBoundary.tsx";
import { noteBounds, tangledBy } from "./noteBounds.ts";

const textClass =
  "max-w-prose space-y-3 overflow-x-auto overflow-y-hidden break-words text-sm leading-6 [contain:paint] [&_a]:text-accent [&_a]:underline [&_blockquote]:border-line [&_blockquote]:border-l-2 [&_blockquote]:pl-3 [&_code]:rounded-sm [&_code]:bg-sunken [&_code]:px-1 [&_code]:font-mono [&_code]:text-xs [&_h3]:font-semibold [&_h3]:text-lg [&_h4]:font-semibold [&_h4]:text-base [&_h5]:font-semibold [&_li]:my-0.5 [&_ol]:list-decimal [&_ol]:pl-5 [&_pre]:overflow-x-auto [&_pre]:rounded-md [&_pre]:bg-sunken [&_pre]:p-3 [&_table]:block [&_table]:overflow-x-auto [&_table]:text-xs [&_td]:border [&_td]:border-line [&_td]:px-2 [&_td]:py-1 [&_th]:border [&_th]:border-line [&_th]:px-2 [&_th]:py-1 [&_ul]:list-disc [&_ul]:pl-5";

/** Markdown with formulas between dollar signs, or the note as it was written where it cannot be set. @param mathml for files without fonts */
export const NoteText = memo(function NoteText({ text, mathml = false }: { text: string; mathml?: boolean }) {
  const why = tangledBy(text);
  if (why !== null) return <PlainNote text={text} why={why} />;
  return (
    <PanelBoundary key={text} what="The note" fallback={<PlainNote text={text} why="its Markdown cannot be rendered" />}>
      <SetNote text={text} mathml={mathml} />
    </PanelBoundary>
  );
});

function PlainNote({ text, why }: { text: string; why: string }) {
  return (
    <div data-testid="plain-note">
      <p className="mb-2 text-warn text-xs">Shown as plain text: {why}.</p>
      <pre className="max-h-96 max-w-prose overflow-y-auto whitespace-pre-wrap break-words font-sans text-sm leading-6 [overflow-wrap:anywhere]">
        {text}
      </pre>
    </div>
  );
}

/** Raw HTML stays text, and links open elsewhere without telling where they come from. */
function SetNote({ text, mathml }: { text: string; mathml: boolean }) {
  let formulas = 0;
  return (
    <div className={`note ${textClass}`}>
      <Markdown
        remarkPlugins={[remarkGfm, remarkMath]}
        disallowedElements={["img"]}
        components={{
          // The page's own headings stay above those of the note.
          h1: ({ children }) => <h3>{children}</h3>,
          h2: ({ children }) => <h4>{children}</h4>,
          h3: ({ children }) => <h5>{children}</h5>,
          a: ({ href, children }) =>
            href ? (
              <a href={href} target="_blank" rel="noopener noreferrer nofollow">
                {children}
              </a>
            ) : (
              <span>{children}</span>
            ),
          // remark-math hands formulas on as code of the language "math".
          code: ({ className, children }) =>
            !className?.includes("language-math") ? (
              <code className={className}>{children}</code>
            ) : ++formulas > noteBounds.formulas ? (
              <FormulaText tex={String(children)} why={`only the first ${noteBounds.formulas} formulas of a note are rendered`} />
            ) : (
              <Formula tex={String(children)} display={className.includes("math-display")} mathml={mathml} />
            ),
          pre: ({ children, node }) => {
            const inner = node?.children[0];
            const classes = inner?.type === "element" ? inner.properties.className : undefined;
            return Array.isArray(classes) && classes.includes("language-math") ? <div>{children}</div> : <pre>{children}</pre>;
          },
        }}
      >
        {text}
      </Markdown>
    </div>
  );
}

"use client";
import { memo } from "react";
import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import { Formula } from "../ui/Formula.tsx";

const textClass =
  "max-w-prose space-y-3 break-words text-sm leading-6 [&_a]:text-accent [&_a]:underline [&_blockquote]:border-line [&_blockquote]:border-l-2 [&_blockquote]:pl-3 [&_code]:rounded-sm [&_code]:bg-sunken [&_code]:px-1 [&_code]:font-mono [&_code]:text-xs [&_h3]:font-semibold [&_h3]:text-lg [&_h4]:font-semibold [&_h4]:text-base [&_h5]:font-semibold [&_li]:my-0.5 [&_ol]:list-decimal [&_ol]:pl-5 [&_pre]:overflow-x-auto [&_pre]:rounded-md [&_pre]:bg-sunken [&_pre]:p-3 [&_table]:text-xs [&_td]:border [&_td]:border-line [&_td]:px-2 [&_td]:py-1 [&_th]:border [&_th]:border-line [&_th]:px-2 [&_th]:py-1 [&_ul]:list-disc [&_ul]:pl-5";

/** Markdown with formulas between dollar signs. Raw HTML stays text, and links open elsewhere without telling where they come from. */
export const NoteText = memo(function NoteText({ text }: { text: string }) {
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
            className?.includes("language-math") ? (
              <Formula tex={String(children)} display={className.includes("math-display")} />
            ) : (
              <code className={className}>{children}</code>
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
});

"use client";
import { type ReactNode, useState } from "react";
import { Badge } from "../ui/Badge.tsx";
import { CopyButton } from "../ui/CopyButton.tsx";
import { Icon } from "../ui/Icon.tsx";
import { type ApiDocument, type ListedOperation, type Parameter, parameterOf, typeText } from "./apiDocument.ts";
import { SchemaRows } from "./SchemaRows.tsx";

/** One route in a line; opened, everything about it. */
export function OperationRow({ document, listed }: { document: ApiDocument; listed: ListedOperation }) {
  const { method, path, operation } = listed;
  const [open, setOpen] = useState(false);
  return (
    <details
      id={operation.operationId}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid="operation"
      className="group border-line border-t first:border-t-0"
    >
      <summary className="flex min-h-10 list-none flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-1.5 hover:bg-hover">
        <span className="text-ink-faint transition-transform group-open:rotate-90">
          <Icon name="right" size={12} />
        </span>
        <code
          className={`w-14 shrink-0 font-medium text-xs ${method === "GET" ? "text-good" : method === "DELETE" ? "text-bad" : "text-accent"}`}
        >
          {method}
        </code>
        <code className="wrap-anywhere min-w-0 text-xs">{path}</code>
        <span className="min-w-0 text-ink-soft text-sm max-sm:w-full max-sm:pl-6">{operation.summary}</span>
        <span className="ml-auto max-md:hidden">
          <Badge>{operation["x-scopes"][0] ?? "open"}</Badge>
        </span>
      </summary>
      {open && <Opened document={document} listed={listed} />}
    </details>
  );
}

function Opened({ document, listed }: { document: ApiDocument; listed: ListedOperation }) {
  const { operation } = listed;
  const parameters = operation.parameters.map((one) => parameterOf(document, one));
  const [, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const bodyType = Object.keys(operation.requestBody?.content ?? {}).join(", ");
  const [status, answer] = Object.entries(operation.responses).find(([code]) => code.startsWith("2"))!;
  const types = Object.keys(answer.content ?? {});
  const json = answer.content?.["application/json"]?.schema;
  const example = operation["x-example"];
  return (
    <div className="grid gap-x-8 gap-y-4 px-4 pt-1 pb-5 sm:pl-10 lg:grid-cols-2">
      <div className="min-w-0 space-y-4">
        {operation.description.split("\n\n").map((paragraph) => (
          <p key={paragraph} className="max-w-prose text-ink-soft text-sm">
            {paragraph}
          </p>
        ))}
        <Part title="Example">
          <pre className="overflow-x-auto whitespace-pre-wrap break-all rounded-md border border-line bg-sunken p-3 font-mono text-xs leading-5">
            {example}
          </pre>
          <div className="mt-2">
            <CopyButton text={example} />
          </div>
        </Part>
      </div>
      <div className="min-w-0 space-y-4">
        {parameters.length > 0 && (
          <Part title="Parameters">
            <ul className="space-y-1">
              {parameters.map((one) => (
                <ParameterLine key={one.in + one.name} parameter={one} />
              ))}
            </ul>
          </Part>
        )}
        {body && (
          <Part title="Body" hint={bodyType}>
            <SchemaRows document={document} schema={body.schema} />
          </Part>
        )}
        <Part title={`Answer ${status}`} hint={types.join(", ")}>
          {json && <SchemaRows document={document} schema={json} />}
        </Part>
      </div>
    </div>
  );
}

function Part({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 font-medium text-ink-faint text-xs">
        {title}
        {hint !== undefined && <span className="ml-2 font-normal">{hint}</span>}
      </h3>
      {children}
    </section>
  );
}

function ParameterLine({ parameter }: { parameter: Parameter }) {
  const { name, in: place, required, description, schema } = parameter;
  return (
    <li className="wrap-anywhere text-xs leading-5">
      <code className="font-medium text-ink">{name}</code>{" "}
      <span className="text-ink-faint">
        in the {place}: {typeText(schema)}
        {!required && ", optional"}
        {schema.default !== undefined && `, else ${JSON.stringify(schema.default)}`}
      </span>
      {description !== undefined && <span className="block text-ink-soft">{description}</span>}
    </li>
  );
}

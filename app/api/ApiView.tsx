"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect, useState } from "react";
import { accessPage, apiDocument } from "../links.ts";
import { Problem } from "../live/Problem.tsx";
import { TextInput } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { type ApiDocument, operationsBySubject } from "./apiDocument.ts";
import { OperationRow } from "./OperationRow.tsx";

const headings: Record<string, string> = { document: "This document" };
const heading = (subject: string) => headings[subject] ?? subject.charAt(0).toUpperCase() + subject.slice(1);

/** Every route of the API, from the document that the server makes of them. */
export function ApiView() {
  const [looked, setLooked] = useState("");
  const document = useQuery({ queryKey: ["openapi"], queryFn: readDocument, staleTime: Number.POSITIVE_INFINITY });
  return (
    <div className="mx-auto max-w-6xl">
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="mr-auto font-semibold text-xl tracking-tight">API</h1>
        <TextInput
          type="search"
          aria-label="Find a route"
          placeholder="Find a route"
          className="max-w-64"
          value={looked}
          onChange={(event) => setLooked(event.target.value)}
        />
        <a href={apiDocument} className="text-accent text-sm hover:underline">
          OpenAPI 3.1 document
        </a>
      </div>
      <Introduction />
      {document.error && <Problem error={document.error} onRetry={() => void document.refetch()} />}
      {document.isPending && <Skeleton className="h-96" />}
      {document.data && <Routes document={document.data} looked={looked} />}
    </div>
  );
}

async function readDocument(): Promise<ApiDocument> {
  const response = await fetch(apiDocument);
  if (!response.ok) throw new Error(`The document cannot be read (status ${response.status}).`);
  return response.json();
}

function Introduction() {
  const [origin, setOrigin] = useState("");
  useEffect(() => setOrigin(window.location.origin), []);
  return (
    <div className="mb-6 max-w-prose space-y-2 text-ink-soft text-sm">
      <p>
        What you can do with studies on the pages, a program can do with these routes, all of them under{" "}
        <code className="text-xs">/api/v1</code>. Create a token under{" "}
        <Link href={accessPage} className="text-accent hover:underline">
          Sessions and tokens
        </Link>
        ; each route lists the scopes that may call it. The examples use two variables:
      </p>
      <pre className="overflow-x-auto rounded-md border border-line bg-sunken p-3 font-mono text-ink text-xs leading-5">
        {`URL=${origin}\nTOKEN=…`}
      </pre>
      <p>
        A refusal is JSON: <code className="text-xs">{"{ error: { code, message, issues? } }"}</code>. A POST with an{" "}
        <code className="text-xs">Idempotency-Key</code> is carried out once, however often it is sent within 24 hours.
      </p>
    </div>
  );
}

function Routes({ document, looked }: { document: ApiDocument; looked: string }) {
  const subjects = operationsBySubject(document, looked);
  if (subjects.length === 0) return <p className="text-ink-faint text-sm">No route matches these words.</p>;
  return (
    <div className="space-y-5" data-testid="api-routes">
      {subjects.map(({ subject, operations }) => (
        <Panel key={subject} title={heading(subject)} padded={false}>
          {operations.map((listed) => (
            <OperationRow key={listed.operation.operationId} document={document} listed={listed} />
          ))}
        </Panel>
      ))}
    </div>
  );
}

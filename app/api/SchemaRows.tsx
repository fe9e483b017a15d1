"use client";
import { type ApiDocument, type Schema, typeText } from "./apiDocument.ts";

/** Deeper fields are in the document itself. */
const deepest = 3;

/** The fields of a schema under each other; what is an object opens. */
export function SchemaRows({ document, schema, depth = 0 }: { document: ApiDocument; schema: Schema; depth?: number }) {
  const resolved = resolve(document, schema);
  const options = (resolved.anyOf ?? resolved.oneOf)?.filter((option) => resolve(document, option).type !== "null");
  if (options)
    return (
      <div className="space-y-2">
        {options.length > 1 && <p className="text-ink-faint text-xs">one of:</p>}
        {options.map((option, index) => (
          <div key={index} className={options.length > 1 ? "border-line border-l pl-3" : undefined}>
            <SchemaRows document={document} schema={option} depth={depth} />
          </div>
        ))}
      </div>
    );
  if (resolved.type === "array" && resolved.items)
    return <SchemaRows document={document} schema={resolved.items} depth={depth} />;
  const fields = Object.entries(resolved.properties ?? {});
  if (fields.length === 0) return <p className="text-ink-soft text-xs">{typeText(resolved)}</p>;
  return (
    <ul className="space-y-1">
      {fields.map(([name, field]) => (
        <Field
          key={name}
          name={name}
          field={field}
          required={resolved.required?.includes(name) === true}
          {...{ document, depth }}
        />
      ))}
    </ul>
  );
}

function Field(props: { name: string; field: Schema; required: boolean; document: ApiDocument; depth: number }) {
  const { name, field, required, document, depth } = props;
  const line = (
    <span className="wrap-anywhere min-w-0 text-xs leading-5">
      <code className="font-medium text-ink">{name}</code>{" "}
      <span className="text-ink-faint">
        {typeText(field)}
        {!required && ", optional"}
        {field.default !== undefined && `, else ${JSON.stringify(field.default)}`}
      </span>
      {field.description !== undefined && <span className="block text-ink-soft">{field.description}</span>}
    </span>
  );
  if (depth >= deepest || !hasFields(document, field)) return <li className="pl-4">{line}</li>;
  return (
    <li>
      <details className="group/field">
        <summary className="flex list-none items-start gap-1 rounded-sm hover:bg-hover">
          <span aria-hidden="true" className="w-3 shrink-0 text-ink-faint text-xs leading-5 group-open/field:rotate-90">
            ›
          </span>
          {line}
        </summary>
        <div className="mt-1 ml-1.5 border-line border-l pl-3">
          <SchemaRows document={document} schema={field} depth={depth + 1} />
        </div>
      </details>
    </li>
  );
}

const resolve = (document: ApiDocument, schema: Schema): Schema =>
  schema.$ref === undefined ? schema : document.components.schemas[schema.$ref.split("/").at(-1)!]!;

function hasFields(document: ApiDocument, schema: Schema): boolean {
  const resolved = resolve(document, schema);
  if (resolved.properties && Object.keys(resolved.properties).length > 0) return true;
  if (resolved.items) return hasFields(document, resolved.items);
  return (resolved.anyOf ?? resolved.oneOf ?? []).some((option) => hasFields(document, option));
}

/** As an address can have it: what was changed, as texts. */
export type TypedForm<Form> = Partial<Record<keyof Form, string>>;

/** What is wrong, by field. */
export type Problems<Form> = Partial<Record<keyof Form, string>>;

/** What was typed over what the form begins with; a number that cannot be read is NaN, for the schema to refuse. */
export function typeOver<Form extends object>(example: Form, typed: TypedForm<Form>): Form {
  const form = { ...example } as Record<string, unknown>;
  for (const name of Object.keys(example)) {
    const text = typed[name as keyof Form];
    if (text !== undefined) form[name] = typeof form[name] === "number" ? Number(text) : text;
  }
  return form as Form;
}

/** @param refused what a schema has to say of a form */
export const problemsOf = <Form>(refused: {
  issues: readonly { path: readonly PropertyKey[]; message: string }[];
}): Problems<Form> => Object.fromEntries(refused.issues.map(({ path, message }) => [path[0], message])) as Problems<Form>;

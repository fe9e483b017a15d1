/** The row of a query that gives one whatever is stored, as a count does. */
export function onlyRow<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error("a query that always gives a row gave none");
  return row;
}

/** What spreadsheets take for a formula when a cell begins with it. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * Rows as comma-separated values (RFC 4180). Text that a spreadsheet would run as a formula gets an apostrophe in front: it may
 * come from an image.
 */
export function csv(rows: Iterable<readonly (string | number | bigint | undefined)[]>): string {
  const lines: string[] = [];
  for (const row of rows) lines.push(row.map(cell).join(","));
  return lines.map((line) => `${line}\r\n`).join("");
}

function cell(value: string | number | bigint | undefined): string {
  if (typeof value !== "string") return value === undefined ? "" : String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

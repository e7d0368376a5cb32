// RFC 4180, for people who open it in a spreadsheet.

export type Cell = string | number | boolean | null

/**
 * Every text is quoted; a text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection): names in a
 * ledger come from browsers. Numbers stay numbers.
 */
const cell = (value: Cell): string => {
  if (typeof value === 'number') return String(value)
  const text = value === null ? '' : String(value)
  return `"${(/^\s*[=+\-@|%\t\r\n]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}

/** The text of a table, lines ended by CRLF. */
export function csv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

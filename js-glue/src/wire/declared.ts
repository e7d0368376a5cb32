// What the published notice says of a stored name: for showing it. Whether it may be there is asked of the gate.

/** A row of the notice's storage lists; a name that ends in * stands for all that begin so. */
export interface DeclaredRow {
  name: string
  kind: 'session' | 'persistent' | 'script'
  lifetimeDays: number | null
  purpose?: string
  clause?: string
}

/** The row of a name: the exact one first, then the longest prefix. */
export function declaredRow<Row extends DeclaredRow>(rows: readonly Row[], name: string): Row | undefined {
  const fits = rows.filter((row) => row.name === name || (row.name.endsWith('*') && name.startsWith(row.name.slice(0, -1))))
  return fits.find((row) => row.name === name) ?? fits.sort((a, b) => b.name.length - a.name.length)[0]
}

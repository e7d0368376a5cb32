import type { Row } from '@libsql/client';

/** A column that is declared TEXT. */
export function textOf(row: Row, name: string): string {
  const value = row[name];
  if (typeof value !== 'string') throw new TypeError(`the column ${name} holds no text`);
  return value;
}

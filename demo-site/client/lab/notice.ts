/** What the lab takes from the notice: why in words, and what each clause says. */
export interface Notice {
  readonly reasons: Readonly<Record<string, string>>;
  readonly clauses: Readonly<Record<string, { readonly says: string }>>;
}

let loading: Promise<Notice> | undefined;

/** The English notice the consent interface itself uses, loaded at the first "why?". Without it the codes have to do. */
export function notice(): Promise<Notice> {
  return (loading ??= fetch('/notice.en.json')
    .then((response) => response.json() as Promise<Notice>)
    .catch(() => ({ reasons: {}, clauses: {} })));
}

// children.delete, and any other erasure that has to reach everything: one order, carried out place by place and looked at again.

/** A place where something of a person lies. */
export interface DeletionPlace {
  /** "cookies", "storage", "profile", "tokens", "ledger", … */
  readonly name: string
  /** Takes everything away. */
  remove(person: string): void | Promise<void>
  /** What is still there, by name: asked before and after. */
  remaining(person: string): readonly string[] | Promise<readonly string[]>
}

export interface DeletionReport {
  readonly place: string
  /** What was there. */
  readonly found: readonly string[]
  /** What is there still: empty where the place is clean. */
  readonly residue: readonly string[]
  /** What went wrong, where something did. */
  readonly error?: string
}

/**
 * Carries a deletion order out. Every place is tried, whatever becomes of the others, and looked at afterwards: an order is
 * done when every residue is empty and no place has an error. The ledger belongs last, so that it can say what was done.
 */
export async function carryOutDeletion(person: string, places: readonly DeletionPlace[]): Promise<{ readonly done: boolean; readonly places: readonly DeletionReport[] }> {
  const reports: DeletionReport[] = []
  for (const place of places) {
    const found: string[] = []
    try {
      found.push(...(await place.remaining(person)))
      await place.remove(person)
      reports.push({ place: place.name, found, residue: [...(await place.remaining(person))] })
    } catch (error) {
      reports.push({ place: place.name, found, residue: found, error: error instanceof Error ? error.message : String(error) })
    }
  }
  return { done: reports.every(({ residue, error }) => residue.length === 0 && error === undefined), places: reports }
}

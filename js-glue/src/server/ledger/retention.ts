// retention.necessary: what has outlived its purpose goes, place by place; a dry run says what would.

/** A place where something is kept for a time. */
export interface RetentionPlace {
  /** "mail events", "ledger", … */
  readonly name: string
  /** Seconds for which it is kept: the policy's retention of its purpose, as the compiler says it. */
  readonly keep: number
  /** How many there are from before a time (unix s), and how many of them a legal hold keeps. */
  due(before: number): Promise<{ readonly due: number; readonly held: number }>
  /** Takes away what is from before that time and under no hold. */
  remove(before: number): Promise<void>
}

export interface RetentionReport {
  readonly place: string
  readonly keep: number
  /** What has outlived its time. */
  readonly due: number
  /** What is kept all the same, because a law says so (retention.legal-minimum). */
  readonly held: number
  /** What is still there afterwards; in a dry run all of it. */
  readonly left: number
  readonly error?: string
}

/** Sweeps every place, whatever becomes of the others, and looks again. */
export async function sweepRetention(places: readonly RetentionPlace[], { now, dryRun }: { readonly now: number; readonly dryRun: boolean }): Promise<RetentionReport[]> {
  const reports: RetentionReport[] = []
  for (const at of places) {
    const { name: place, keep } = at
    const before = now - keep
    let [due, held] = [0, 0]
    try {
      ({ due, held } = await at.due(before))
      if (!dryRun && due > 0) await at.remove(before)
      reports.push({ place, keep, due, held, left: dryRun ? due : (await at.due(before)).due })
    } catch (error) {
      reports.push({ place, keep, due, held, left: due, error: error instanceof Error ? error.message : String(error) })
    }
  }
  return reports
}

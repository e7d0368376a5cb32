// abuse.load: no more requests, or tries, than a person makes. A bucket for each client, in memory, forgotten when it is full again.

export interface Limit {
  /** Requests at once. */
  readonly burst: number
  /** And then so many a second. */
  readonly rate: number
}

export class RateLimit {
  private readonly buckets = new Map<string, { left: number; at: number }>()

  constructor(
    private readonly limit: Limit,
    /** Clients remembered at most; the oldest go first. */
    private readonly room = 50_000,
  ) {}

  /** 0, or the seconds to wait. now: milliseconds. */
  wait(client: string, now: number): number {
    const { burst, rate } = this.limit
    const bucket = this.buckets.get(client) ?? { left: burst, at: now }
    bucket.left = Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) / 1000) * rate)
    bucket.at = now
    this.buckets.delete(client)
    this.buckets.set(client, bucket)
    if (this.buckets.size > this.room) this.buckets.delete(this.buckets.keys().next().value!)
    if (bucket.left < 1) return Math.ceil((1 - bucket.left) / rate)
    bucket.left -= 1
    return 0
  }

  /** Takes back what the last one counted. */
  giveBack(client: string): void {
    const bucket = this.buckets.get(client)
    if (bucket) bucket.left = Math.min(this.limit.burst, bucket.left + 1)
  }
}

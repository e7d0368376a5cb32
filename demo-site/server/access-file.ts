// Where the lines of the SDK's access log lie: a file for each day (UTC) in the data folder, gone when its time is over (retention.necessary).
import { appendFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = /^access-(\d{4}-\d{2}-\d{2})\.log$/;
const DAY = 86_400;

export class AccessFiles {
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(
    readonly folder: string,
    private readonly now: () => number,
  ) {}

  /** Appends a line; one after the other, in the order in which they came. Nothing once closed. */
  write(line: string): Promise<unknown> {
    if (this.#closed) return this.#last;
    const file = join(this.folder, `access-${new Date(this.now() * 1000).toISOString().slice(0, 10)}.log`);
    const written = this.#last.catch(() => undefined).then(async () => {
      await mkdir(this.folder, { recursive: true });
      await appendFile(file, `${line}\n`, { mode: 0o600 });
    });
    this.#last = written;
    return written;
  }

  /** Waits for the lines so far and takes no more: an answer that is still being made when its server ends reaches nobody. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last.catch(() => undefined);
  }

  /** Files whose last line was written before a time (unix seconds). */
  async before(time: number): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.filter((name) => {
      const day = NAME.exec(name)?.[1];
      return day !== undefined && Date.parse(`${day}T00:00:00Z`) / 1000 + DAY <= time;
    });
  }

  async sweep(time: number): Promise<void> {
    for (const name of await this.before(time)) await rm(join(this.folder, name));
  }
}

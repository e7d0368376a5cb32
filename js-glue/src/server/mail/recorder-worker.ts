// The thread of RecorderThread: decides batches and writes them, one after another, each until the database has it.
import { parentPort, workerData } from 'node:worker_threads'

import { KeyRing } from '../../email/keys.js'
import { nodeMailGate } from '../../email/node-gate.js'
import { type Database } from '../store/database.js'
import { MailStore, type MailEvent } from '../store/mail-store.js'
import { decideFetches, type Outcome } from './decide-fetches.js'
import { unpacked, type FromThread, type Places, type Started, type ToThread } from './recorder-messages.js'
import { RETRY_MS } from './recorder.js'

const port = parentPort!
const { keys: text, policy, database, told } = workerData as Started
const say = (message: FromThread): void => port.postMessage(message)
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function opened(place: Places): Promise<Database> {
  if ('sqlite' in place) return (await import('../store/sqlite.js')).openSqlite(place.sqlite)
  return (await import('../store/postgres.js')).openPostgres(place.postgres)
}

const keys = await KeyRing.read(text)
const gate = nodeMailGate(policy)
const store = await MailStore.open(await opened(database))

async function batch({ id, fetched }: Extract<ToThread, { id: string }>): Promise<void> {
  let events: MailEvent[] | undefined
  for (;;) {
    try {
      const outcomes: Outcome[] = []
      if (!events) {
        events = await decideFetches({ gate, keys, store }, unpacked(fetched), id, (outcome) => told && outcomes.push(outcome))
        if (told) say({ outcomes })
      }
      await store.record(id, events)
      say({ done: id })
      return
    } catch (error) {
      say({ refused: id, error: error instanceof Error ? error : new Error(String(error)) })
      await wait(RETRY_MS)
    }
  }
}

let last = Promise.resolve()
port.on('message', (message: ToThread) => {
  last = last.then(() => ('close' in message ? store.close().then(() => port.close()) : batch(message)))
})
say({ ready: true })

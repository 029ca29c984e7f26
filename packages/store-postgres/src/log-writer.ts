import { Fenced, HeadMoved, SessionExists, SessionMissing } from '@longwire/store'
import { searchable, searchableTitle } from '@longwire/store/internal'
import type { Engine, Row, Statement } from './engine.ts'
import type { LogIdentity } from './log-identity.ts'
import { PackedRecords } from './packed-records.ts'
import { digestOf } from './schema.ts'
import type { Outcomes } from './write-lanes.ts'
import type { AppendWork, CreateWork, Waiting } from './write-queue.ts'
import type { WriteStatements } from './write-statements.ts'

/** Writes works of one kind, of as many sessions, in one statement, and finds out about those that it did not write. */
export class LogWriter {
  readonly #engine: Engine
  readonly #statements: WriteStatements
  readonly #identity: LogIdentity

  constructor(engine: Engine, statements: WriteStatements, identity: LogIdentity) {
    this.#engine = engine
    this.#statements = statements
    this.#identity = identity
  }

  /** Throws where a statement was not answered. Whatever it had done then is found when the same is written again. */
  async write(taken: readonly Waiting[]): Promise<Outcomes> {
    const digests = taken.map(({ digest }) => digest)
    const works = taken.map(({ work }) => work)
    switch (works[0]!.kind) {
      case 'append':
        return this.#append(digests, works as readonly AppendWork[])
      case 'create':
        return this.#create(digests, works as readonly CreateWork[])
      case 'erase':
        await this.#ask(this.#statements.erase, [digests])
        return works.map(() => 0)
    }
  }

  async #append(digests: readonly string[], works: readonly AppendWork[]): Promise<Outcomes> {
    const records = new PackedRecords()
    const pieces = works.map(({ append }) => records.add(append.head, append.commits))
    const appends = works.map(({ append }) => append)
    const rows = await this.#ask(this.#statements.append, [
      ...parametersOf(records),
      digests,
      appends.map(({ head }) => head),
      appends.map(({ commits }) => commits.length),
      appends.map(({ epoch }) => epoch ?? null),
      appends.map(({ status }) => status ?? null),
      appends.map(({ at }) => at),
      // No time is below 0: that is the word for none.
      appends.map(({ wakeAt }) => (wakeAt === undefined ? null : (wakeAt ?? -1))),
      works.map(({ appendId }) => appendId),
      pieces.map(({ from }) => from),
      pieces.map(({ to }) => to),
      appends.map(({ metadata }) => (metadata === undefined ? null : JSON.stringify(metadata))),
      appends.map(({ metadata }) => (metadata === undefined ? null : searchableTitle(metadata))),
      appends.map(({ summary }) => summary ?? null),
      appends.map(({ summary }) => (summary === undefined ? null : searchable(summary))),
    ])
    const moved = new Set(rows.map((row) => row.key_digest))
    const refused = works.flatMap((work, index) =>
      moved.has(digests[index]) ? [] : [{ work, digest: digests[index]! }],
    )
    const there = await this.#rowsOf(this.#statements.whyNot, [
      refused.map(({ digest }) => digest),
      refused.map(({ work }) => work.append.head),
    ])
    return works.map((work, index) => {
      const digest = digests[index]!
      return moved.has(digest) ? work.append.head + work.append.commits.length : whyNot(work, there.get(digest))
    })
  }

  async #create(digests: readonly string[], works: readonly CreateWork[]): Promise<Outcomes> {
    const records = new PackedRecords()
    const pieces = works.map(({ commits }) => records.add(0, commits))
    const sessions = works.map(({ session }) => session)
    const rows = await this.#ask(this.#statements.create, [
      ...parametersOf(records),
      digests,
      sessions.map(({ key }) => key),
      sessions.map(({ session }) => session),
      sessions.map(({ agent }) => agent),
      sessions.map(({ principal }) => principal),
      sessions.map(({ principal }) => digestOf(principal)),
      sessions.map(({ command }) => command ?? null),
      sessions.map(({ principal, command }) => (command === undefined ? null : digestOf(principal, command))),
      sessions.map(({ metadata }) => JSON.stringify(metadata)),
      works.map(({ commits }) => commits.length),
      works.map(({ log }) => log),
      sessions.map(({ createdAt }) => createdAt),
      sessions.map(({ wakeAt }) => wakeAt ?? null),
      sessions.map(({ owner }) => owner ?? null),
      works.map(({ appendId }) => appendId),
      pieces.map(({ from }) => from),
      pieces.map(({ to }) => to),
      sessions.map(({ summary }) => summary ?? null),
      sessions.map(({ metadata }) => searchableTitle(metadata)),
      sessions.map(({ summary }) => searchable(summary ?? '')),
    ])
    await this.#identity.notice(rows[0])
    const made = new Set(rows.map((row) => row.key_digest))
    const taken = digests.filter((digest) => !made.has(digest))
    const there = await this.#rowsOf(this.#statements.whoHas, [taken])
    return works.map((work, index) => {
      const digest = digests[index]!
      const isOurs = made.has(digest) || there.get(digest)?.log === work.log
      return isOurs ? work.commits.length : new SessionExists(work.key)
    })
  }

  async #rowsOf(statement: Statement, values: readonly (readonly unknown[])[]): Promise<ReadonlyMap<string, Row>> {
    if (values[0]!.length === 0) return new Map()
    const rows = await this.#ask(statement, values)
    return new Map(rows.map((row) => [row.key_digest as string, row]))
  }

  #ask(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#engine.once('write', statement, values)
  }
}

function parametersOf(records: PackedRecords): readonly unknown[] {
  return [records.lasts, records.starts, records.lengths, records.bytes]
}

/** Why an append was not done now: it was done before, when nobody heard the answer, or it cannot be. */
function whyNot({ key, append, appendId }: AppendWork, there: Row | undefined): number | Error {
  if (!there) return new SessionMissing(key)
  if (there.append_id === appendId) return append.head + append.commits.length
  const epoch = there.epoch as number
  if (append.epoch !== undefined && append.epoch !== epoch) return new Fenced(key, append.epoch, epoch)
  return new HeadMoved(key, append.head, there.head as number)
}

import { databaseFile, LogFile } from './log-file.ts'
import { LogReader } from './log-reader.ts'
import { LogWriter } from './log-writer.ts'
import { openDatabase } from './sqlite-driver.ts'
import type { FromStorage, ReadReply, ReadRequest, StorageRole, WriteReply, WriteRequest } from './storage-messages.ts'

/** Replies that hold more than this go out before the batch is done. */
const REPLY_CHARACTERS = 256 * 1024

/** What a thread does with the file once it has it. */
export interface Storage<Request> {
  readonly opened: FromStorage<never> & { type: 'opened' }
  /** Tells one reply for each request, in order, before it returns. */
  answer(requests: readonly Request[]): void
  close(): void
}

export type Tell<Reply> = (message: FromStorage<Reply>) => void

/** Takes the file. What is erased is freed a slice in each turn of the event loop, so that batches come between. */
export function openWriter(tell: Tell<WriteReply>, role: StorageRole & { role: 'writer' }): Storage<WriteRequest> {
  const file = new LogFile(role.file)
  const writer = new LogWriter(file, role.markEveryMs)
  let sweeping: NodeJS.Immediate | undefined
  const sweep = () => {
    sweeping = writer.sweep() ? setImmediate(sweep) : undefined
  }
  sweep()
  return {
    opened: { type: 'opened', generation: file.generation, renewed: file.renewed },
    answer(requests) {
      tell({ type: 'replies', replies: writer.write(requests) })
      if (requests.some((request) => request.type === 'erase')) sweeping ??= setImmediate(sweep)
    },
    close() {
      clearImmediate(sweeping)
      file.close()
    },
  }
}

/** Reads beside the writer, which must have the file already. */
export function openReader(
  tell: Tell<ReadReply>,
  { directory }: StorageRole & { role: 'reader' },
): Storage<ReadRequest> {
  const database = openDatabase(databaseFile(directory), { readOnly: true })
  database.exec('PRAGMA busy_timeout = 5000; PRAGMA cache_size = -16384')
  const reader = new LogReader(database)
  return {
    opened: { type: 'opened', generation: '', renewed: undefined },
    answer(requests) {
      let replies: ReadReply[] = []
      let characters = 0
      for (const request of requests) {
        const reply = reader.answer(request)
        replies.push(reply)
        characters += reply.type === 'commits' ? (reply.lines?.length ?? 0) : 0
        if (characters < REPLY_CHARACTERS) continue
        tell({ type: 'replies', replies })
        replies = []
        characters = 0
      }
      if (replies.length > 0) tell({ type: 'replies', replies })
    },
    close: () => database.close(),
  }
}

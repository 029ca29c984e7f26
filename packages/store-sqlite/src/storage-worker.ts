// The entry of a storage thread: the writer, which holds the file, or a reader beside it.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { faultOf } from './fault.ts'
import { databaseFile, LogFile } from './log-file.ts'
import { LogReader } from './log-reader.ts'
import { LogWriter } from './log-writer.ts'
import { openDatabase } from './sqlite-driver.ts'
import type {
  FromStorage,
  ReadReply,
  ReadRequest,
  StorageRole,
  ToStorage,
  WriteReply,
  WriteRequest,
} from './storage-messages.ts'

/** Replies that hold more than this go out before the batch is done. */
const REPLY_CHARACTERS = 256 * 1024

/** What a thread does with the file once it has it. */
interface Storage<Request> {
  readonly opened: FromStorage<never> & { type: 'opened' }
  answer(requests: readonly Request[]): void
  close(): void
}

function openWriter(port: MessagePort, role: StorageRole & { role: 'writer' }): Storage<WriteRequest> {
  const file = new LogFile(role.file)
  const writer = new LogWriter(file, role.markEveryMs)
  let sweeping: NodeJS.Immediate | undefined
  // Batches that came in meanwhile are between any two slices.
  const sweep = () => {
    sweeping = writer.sweep() ? setImmediate(sweep) : undefined
  }
  sweep()
  return {
    opened: { type: 'opened', generation: file.generation, renewed: file.renewed },
    answer(requests) {
      tell<WriteReply>(port, { type: 'replies', replies: writer.write(requests) })
      if (requests.some((request) => request.type === 'erase')) sweeping ??= setImmediate(sweep)
    },
    close() {
      clearImmediate(sweeping)
      file.close()
    },
  }
}

function openReader(port: MessagePort, { directory }: StorageRole & { role: 'reader' }): Storage<ReadRequest> {
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
        tell<ReadReply>(port, { type: 'replies', replies })
        replies = []
        characters = 0
      }
      if (replies.length > 0) tell<ReadReply>(port, { type: 'replies', replies })
    },
    close: () => database.close(),
  }
}

function tell<Reply>(port: MessagePort, message: FromStorage<Reply>): void {
  port.postMessage(message)
}

function serve<Request>(port: MessagePort, directory: string, open: () => Storage<Request>): void {
  let storage: Storage<Request> | undefined
  port.on('message', (message: ToStorage<Request>) => {
    if (message === 'open') {
      try {
        storage = open()
        tell(port, storage.opened)
      } catch (error) {
        tell(port, { type: 'refused', fault: faultOf(error, `open the log in ${directory}`) })
      }
    } else if (message === 'close') {
      storage?.close()
      port.close()
    } else {
      storage?.answer(message)
    }
  })
}

const role: StorageRole = workerData
const port = parentPort!
if (role.role === 'writer') serve(port, role.file.directory, () => openWriter(port, role))
else serve(port, role.directory, () => openReader(port, role))

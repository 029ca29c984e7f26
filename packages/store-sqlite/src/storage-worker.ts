// The entry of a storage thread: the writer, which holds the file, or a reader beside it.
import { parentPort, workerData } from 'node:worker_threads'
import { faultOf } from './fault.ts'
import { openReader, openWriter, type Storage, type Tell } from './storage.ts'
import type { StorageRole, ToStorage } from './storage-messages.ts'

const role: StorageRole = workerData
const port = parentPort!

function serve<Request, Reply>(directory: string, open: (tell: Tell<Reply>) => Storage<Request>): void {
  const tell: Tell<Reply> = (message) => port.postMessage(message)
  let storage: Storage<Request> | undefined
  port.on('message', (message: ToStorage<Request>) => {
    if (message === 'open') {
      try {
        storage = open(tell)
        tell(storage.opened)
      } catch (error) {
        tell({ type: 'refused', fault: faultOf(error, `open the log in ${directory}`) })
      }
    } else if (message === 'close') {
      storage?.close()
      port.close()
    } else {
      storage?.answer(message)
    }
  })
}

if (role.role === 'writer') serve(role.file.directory, (tell) => openWriter(tell, role))
else serve(role.directory, (tell) => openReader(tell, role))

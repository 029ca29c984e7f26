import { answering } from '../process/answering.ts'

// Takes a processor for itself, as an agent in an endless loop does, but apart from any server.

answering({
  spin: () => {
    setImmediate(() => {
      for (;;);
    })
  },
})

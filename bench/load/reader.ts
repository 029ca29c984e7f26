import { sharedClock } from '../servers/speech.ts'
import { ThinSocket } from './thin-socket.ts'

/** What came, and when, in microseconds on the clock that all processes share. */
export interface Heard {
  readonly frame: string
  readonly at: number
}

/** Of all readers: a session remembers the ids of commands, and from whichever connection they came. */
let ids = 0

/** One person at one connection, who speaks and then waits for what is said to it. */
export class Reader {
  readonly #waiting = new Set<{ readonly text: string; readonly heard: PromiseWithResolvers<Heard> }>()
  #socket: ThinSocket | undefined

  static async open(port: number): Promise<Reader> {
    const reader = new Reader()
    reader.#socket = await ThinSocket.open(port, '127.0.0.1', (bytes, from, to) =>
      reader.#take(bytes.toString('utf8', from, to)),
    )
    return reader
  }

  say(frame: object): void {
    this.#socket?.send({ ...frame, id: `r${process.pid}-${++ids}` })
  }

  /** The next frame with this text. Rejects where the server refuses something before. */
  until(text: string): Promise<Heard> {
    const heard = Promise.withResolvers<Heard>()
    this.#waiting.add({ text, heard })
    return heard.promise
  }

  close(): void {
    this.#socket?.close()
  }

  #take(frame: string): void {
    const refused = frame.includes('"type":"error"')
    for (const waiting of this.#waiting) {
      if (!refused && !frame.includes(waiting.text)) continue
      this.#waiting.delete(waiting)
      if (refused) waiting.heard.reject(new Error(`the server refused: ${frame}`))
      else waiting.heard.resolve({ frame, at: sharedClock() })
    }
  }
}

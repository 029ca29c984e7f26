import type { MountWire } from '@longwire/server'
import type { Socket } from 'socket.io'

/** A socket of socket.io as a wire: each frame is an event. */
export class SocketIoWire implements MountWire {
  readonly #socket: Socket
  readonly #bufferBytes: number
  readonly #eventOf: (frame: string) => readonly [name: string, ...args: unknown[]]
  /** Characters put since the transport last took everything. */
  #waitingCharacters = 0

  constructor(socket: Socket, bufferBytes: number, eventOf: SocketIoWire['eventOf']) {
    this.#socket = socket
    this.#bufferBytes = bufferBytes
    this.#eventOf = eventOf
    socket.conn.on('drain', () => {
      this.#waitingCharacters = 0
    })
  }

  get eventOf(): (frame: string) => readonly [name: string, ...args: unknown[]] {
    return this.#eventOf
  }

  send(frame: string): boolean {
    const [name, ...args] = this.#eventOf(frame)
    this.#waitingCharacters += frame.length
    this.#socket.emit(name, ...args)
    return this.#waitingCharacters < this.#bufferBytes
  }

  drained(): Promise<void> {
    const { conn } = this.#socket
    if (!this.#socket.connected || this.#waitingCharacters === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const go = () => {
        conn.off('drain', go)
        conn.off('close', go)
        resolve()
      }
      conn.on('drain', go)
      conn.on('close', go)
    })
  }

  close(reason: string): void {
    this.#socket.emit('closed', { reason })
    this.#socket.disconnect()
  }
}

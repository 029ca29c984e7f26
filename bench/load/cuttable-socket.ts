import type { Socket } from 'node:net'
import { WebSocket } from 'ws'

const open = new Set<CuttableSocket>()
let past = 0

/** A WebSocket with the browser's interface that can be cut as a network cuts it, and whose bytes are counted. */
export class CuttableSocket extends WebSocket {
  #stream: Socket | undefined

  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols)
    open.add(this)
    this.once('upgrade', ({ socket }) => {
      this.#stream = socket
    })
    this.once('close', () => {
      open.delete(this)
      past += this.bytes
    })
  }

  /** All that went over it, both ways, from the handshake on. */
  get bytes(): number {
    return (this.#stream?.bytesRead ?? 0) + (this.#stream?.bytesWritten ?? 0)
  }
}

/** Bytes over all sockets of this process that there ever were. */
export function bytesOfAll(): number {
  return [...open].reduce((sum, socket) => sum + socket.bytes, past)
}

/** Cuts every socket, without a word of goodbye. */
export function cutAll(): void {
  for (const socket of open) socket.terminate()
}

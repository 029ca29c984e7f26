import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/**
 * A WebSocket client that costs next to nothing, so that the load is never what is measured. It hands on where each text
 * frame of the server lies in the bytes that came, and copies nothing that is whole.
 */
export class ThinSocket {
  readonly #socket: Socket
  readonly #take: (bytes: Buffer, from: number, to: number) => void
  #rest: Buffer | undefined

  private constructor(socket: Socket, take: (bytes: Buffer, from: number, to: number) => void) {
    this.#socket = socket
    this.#take = take
  }

  /** Connects to `/v1/socket` from this address of the loopback, and resolves when the handshake is over. */
  static open(
    port: number,
    localAddress: string,
    take: (bytes: Buffer, from: number, to: number) => void,
  ): Promise<ThinSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true })
      const thin = new ThinSocket(socket, take)
      let head = Buffer.alloc(0)
      const onHead = (bytes: Buffer) => {
        head = Buffer.concat([head, bytes])
        const end = head.indexOf('\r\n\r\n')
        if (end === -1) return
        socket.off('data', onHead)
        if (!head.toString('latin1').startsWith('HTTP/1.1 101')) {
          return reject(new Error(head.toString('latin1')))
        }
        socket.on('data', (more: Buffer) => thin.#read(more))
        resolve(thin)
        if (head.length > end + 4) thin.#read(head.subarray(end + 4))
      }
      socket.on('data', onHead)
      socket.on('error', reject)
      socket.write(
        [
          'GET /v1/socket HTTP/1.1',
          'Host: 127.0.0.1',
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
          '\r\n',
        ].join('\r\n'),
      )
    })
  }

  /** Sends a text frame. A mask of zeros is a mask. */
  send(frame: object): void {
    const text = Buffer.from(JSON.stringify(frame))
    const head = text.length < 126 ? [0x81, 0x80 | text.length] : [0x81, 0xfe, text.length >> 8, text.length & 0xff]
    this.#socket.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), text]))
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(more: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, more]) : more
    let at = 0
    for (;;) {
      const body = bodyOf(bytes, at)
      if (!body || body.to > bytes.length) break
      if ((bytes[at]! & 0x0f) === 1) this.#take(bytes, body.from, body.to)
      at = body.to
    }
    this.#rest = at < bytes.length ? bytes.subarray(at) : undefined
  }
}

function bodyOf(bytes: Buffer, at: number): { readonly from: number; readonly to: number } | undefined {
  if (bytes.length < at + 2) return undefined
  const short = bytes[at + 1]! & 0x7f
  if (short < 126) return { from: at + 2, to: at + 2 + short }
  if (short === 126)
    return bytes.length < at + 4 ? undefined : { from: at + 4, to: at + 4 + bytes.readUInt16BE(at + 2) }
  return bytes.length < at + 10 ? undefined : { from: at + 10, to: at + 10 + Number(bytes.readBigUInt64BE(at + 2)) }
}

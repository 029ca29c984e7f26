import type { Writable } from 'node:stream'

const FINAL = 0x80
const TEXT = 0x01
const CONTINUED = 0x00
const TWO_BYTE_LENGTH = 126
const EIGHT_BYTE_LENGTH = 127

/**
 * Writes texts as a row of WebSocket frames, as a server sends them: whole, without a mask, and all in one write. Most rows
 * are ASCII: then a text has as many bytes as characters, and the row goes to the socket as the string it was joined to,
 * which costs a fraction of putting each frame into bytes. With `mostFrameBytes` a longer text goes out in several frames.
 */
export function writeFrames(stream: Writable, texts: readonly string[], mostFrameBytes?: number): void {
  if (mostFrameBytes !== undefined) {
    for (const text of texts) stream.write(Buffer.concat(fragmentsOf(Buffer.from(text), mostFrameBytes)))
    return
  }
  let row = ''
  let highBytes = 0
  for (const text of texts) {
    const head = headOf(text.length)
    row += head.latin1 + text
    highBytes += head.highBytes
  }
  const isAscii = Buffer.byteLength(row) === row.length + highBytes
  if (isAscii) stream.write(row, 'latin1')
  else stream.write(framesOf(texts))
}

function framesOf(texts: readonly string[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text))
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + headOf(length).latin1.length + length, 0))
  let at = 0
  texts.forEach((text, index) => {
    at += bytes.write(headOf(lengths[index]!).latin1, at, 'latin1')
    at += bytes.write(text, at)
  })
  return bytes
}

/** One message in as many frames as it takes. The peer's side puts them together again, so it sees one message. */
function fragmentsOf(bytes: Buffer, most: number): Buffer[] {
  const fragments: Buffer[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += most) {
    const part = bytes.subarray(at, at + most)
    const isLast = at + most >= bytes.length
    fragments.push(
      Buffer.from([(at === 0 ? TEXT : CONTINUED) | (isLast ? FINAL : 0), ...lengthBytes(part.length)]),
      part,
    )
  }
  return fragments
}

interface Head {
  /** Its bytes as the characters of the same number. */
  readonly latin1: string
  /** How many of them UTF-8 would write as two. */
  readonly highBytes: number
}

/** The heads of most frames, by length. */
const HEADS: readonly Head[] = Array.from({ length: 1_024 }, (_, length) => makeHead(length))

function headOf(length: number): Head {
  return HEADS[length] ?? makeHead(length)
}

function makeHead(length: number): Head {
  const bytes = [FINAL | TEXT, ...lengthBytes(length)]
  return { latin1: String.fromCharCode(...bytes), highBytes: bytes.filter((byte) => byte > 0x7f).length }
}

function lengthBytes(length: number): readonly number[] {
  if (length < TWO_BYTE_LENGTH) return [length]
  if (length <= 0xffff) return [TWO_BYTE_LENGTH, length >> 8, length & 0xff]
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(length))
  return [EIGHT_BYTE_LENGTH, ...bytes]
}

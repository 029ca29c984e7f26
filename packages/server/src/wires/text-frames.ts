const FINAL_TEXT = 0x81
const TWO_BYTE_LENGTH = 126
const EIGHT_BYTE_LENGTH = 127

/** Texts as a row of WebSocket frames in one piece, as a server sends them: whole and without a mask. */
export function textFrames(texts: readonly string[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text))
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + headLength(length) + length, 0))
  let at = 0
  for (let i = 0; i < texts.length; i++) {
    at = writeHead(bytes, at, lengths[i]!)
    at += bytes.write(texts[i]!, at)
  }
  return bytes
}

function headLength(length: number): number {
  return length < TWO_BYTE_LENGTH ? 2 : length <= 0xffff ? 4 : 10
}

/** Writes the head of a frame of this length, and answers where its text begins. */
function writeHead(bytes: Buffer, at: number, length: number): number {
  bytes[at] = FINAL_TEXT
  if (length < TWO_BYTE_LENGTH) {
    bytes[at + 1] = length
    return at + 2
  }
  if (length <= 0xffff) {
    bytes[at + 1] = TWO_BYTE_LENGTH
    return bytes.writeUInt16BE(length, at + 2)
  }
  bytes[at + 1] = EIGHT_BYTE_LENGTH
  return bytes.writeBigUInt64BE(BigInt(length), at + 2)
}

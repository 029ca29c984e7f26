const COMMA = 0x2c
const QUOTE = 0x22

/** Whether this frame is a draft: `{"ch":1,"seq":4,"sub":17,…`. What is asked of each of a million frames is asked of bytes. */
export function isDraft(bytes: Buffer, from: number, to: number): boolean {
  const afterChannel = bytes.indexOf(COMMA, from)
  if (afterChannel === -1 || afterChannel >= to) return false
  if (!isField(bytes, afterChannel + 1, 's', 'e', 'q')) return false
  const afterSeq = bytes.indexOf(COMMA, afterChannel + 1)
  return afterSeq !== -1 && afterSeq < to && isField(bytes, afterSeq + 1, 's', 'u', 'b')
}

function isField(bytes: Buffer, at: number, ...letters: readonly [string, string, string]): boolean {
  return bytes[at] === QUOTE && letters.every((letter, index) => bytes[at + 1 + index] === letter.charCodeAt(0))
}

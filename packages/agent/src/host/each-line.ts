import type { Readable } from 'node:stream'

/** A line longer than this is handed on in pieces. */
const LINE_CHARACTERS = 8_192

/** Calls `take` with each line of text that `stream` carries, the last one also where it has no end of line. */
export function eachLine(stream: Readable, take: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
    while (rest.length > LINE_CHARACTERS) {
      take(rest.slice(0, LINE_CHARACTERS))
      rest = rest.slice(LINE_CHARACTERS)
    }
  })
  stream.on('end', () => {
    if (rest !== '') take(rest)
  })
}

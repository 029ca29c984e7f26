import { Buffer } from 'node:buffer'

/** An append over one of these is kept in several records, so that a page never has to read much more than it answers. */
const RECORD_COMMITS = 256
export const RECORD_BYTES = 256 * 1024

/**
 * The records of a statement as its parameters: one run of bytes, which goes as it is, and where in it each record lies.
 * An array of texts would be written with escapes, and read with them, for each of its quotes.
 */
export class PackedRecords {
  readonly lasts: number[] = []
  readonly starts: number[] = []
  readonly lengths: number[] = []
  readonly #pieces: Buffer[] = []
  #bytes = 0

  /** Adds the records of commits that come after `head`; answers the number of the first, from 1, and of the last. */
  add(head: number, commits: readonly string[]): { readonly from: number; readonly to: number } {
    const from = this.lasts.length + 1
    let last = head
    for (const record of recordsOf(commits)) {
      last += record.count
      this.lasts.push(last)
      this.starts.push(this.#bytes + 1)
      this.lengths.push(record.lines.length)
      this.#pieces.push(record.lines)
      this.#bytes += record.lines.length
    }
    return { from, to: this.lasts.length }
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces)
  }
}

interface LinesOfRecord {
  readonly count: number
  readonly lines: Buffer
}

/** The commits in runs that are each small enough for a record; a commit that is too large alone has one of its own. */
function recordsOf(commits: readonly string[]): readonly LinesOfRecord[] {
  const records: LinesOfRecord[] = []
  let run: string[] = []
  let bytes = 0
  const finish = () => {
    if (run.length > 0) records.push({ count: run.length, lines: Buffer.from(run.join('\n')) })
    run = []
    bytes = 0
  }
  for (const commit of commits) {
    const size = Buffer.byteLength(commit) + 1
    if (run.length === RECORD_COMMITS || bytes + size > RECORD_BYTES) finish()
    run.push(commit)
    bytes += size
  }
  finish()
  return records
}

import type { Said } from './messages.ts'

type Add = Extract<Said, { type: 'add' }>

/** Many pieces of drafts in one: four numbers for each, and all of their text in a row. It crosses a thread far faster. */
export interface PackedAdds {
  readonly type: 'adds'
  /** For each piece: run, draft, time, length of its text. */
  readonly numbers: Float64Array
  readonly escaped: string
}

/** Fewer pieces than this cost more to pack than they save. */
const WORTH_PACKING = 6
const NUMBERS = 4

/** The same things in the same order, with long rows of pieces packed. */
export function pack(said: readonly Said[]): readonly (Said | PackedAdds)[] {
  if (said.length < WORTH_PACKING) return said
  const packed: (Said | PackedAdds)[] = []
  for (let from = 0; from < said.length; ) {
    const end = endOfAdds(said, from)
    if (end - from >= WORTH_PACKING) packed.push(packAdds(said, from, end))
    else for (let i = from; i < end; i++) packed.push(said[i]!)
    if (end < said.length) packed.push(said[end]!)
    from = end + 1
  }
  return packed
}

export function unpack(packed: readonly (Said | PackedAdds)[]): readonly Said[] {
  if (packed.every((each) => each.type !== 'adds')) return packed as readonly Said[]
  const said: Said[] = []
  for (const each of packed) {
    if (each.type === 'adds') unpackAdds(each, said)
    else said.push(each)
  }
  return said
}

function endOfAdds(said: readonly Said[], from: number): number {
  let end = from
  while (end < said.length && said[end]!.type === 'add') end++
  return end
}

function packAdds(said: readonly Said[], from: number, end: number): PackedAdds {
  const numbers = new Float64Array((end - from) * NUMBERS)
  let escaped = ''
  for (let i = from, n = 0; i < end; i++) {
    const add = said[i] as Add
    numbers[n++] = add.run
    numbers[n++] = add.draft
    numbers[n++] = add.at
    numbers[n++] = add.escaped.length
    escaped += add.escaped
  }
  return { type: 'adds', numbers, escaped }
}

function unpackAdds({ numbers, escaped }: PackedAdds, into: Said[]): void {
  for (let n = 0, start = 0; n < numbers.length; n += NUMBERS) {
    const end = start + numbers[n + 3]!
    into.push({
      type: 'add',
      run: numbers[n]!,
      draft: numbers[n + 1]!,
      at: numbers[n + 2]!,
      escaped: escaped.slice(start, end),
    })
    start = end
  }
}

import type { Style } from '../terminal/terminal.ts'

/** Something that stands in a conversation: what a person said, a piece of work, a piece of an answer. */
export interface Block {
  /** The same for as long as it is the same thing, however it grows. */
  readonly key: string
  /** It will not change any more. */
  readonly isFinal: boolean
  lines(columns: number, style: Style): readonly string[]
}

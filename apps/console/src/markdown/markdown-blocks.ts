import { lexer } from 'marked'
import remend from 'remend'

interface MarkdownBlock {
  /** Where it begins in the text: while the text grows, the same block keeps it. */
  readonly start: number
  readonly text: string
}

interface Cut {
  readonly text: string
  readonly blocks: readonly MarkdownBlock[]
}

/**
 * Cuts a text that grows into blocks that are read one by one. Only the end is cut anew: what stands before the last two
 * blocks cannot change any more. `before` is the result for the text as it was.
 */
export function markdownBlocks(text: string, before?: Cut): Cut {
  const kept = before && text.startsWith(before.text) ? before.blocks.slice(0, -2) : []
  const from = kept.length === 0 ? 0 : kept.at(-1)!.start + kept.at(-1)!.text.length
  const blocks = [...kept]
  let start = from
  for (const { raw } of lexer(text.slice(from), { gfm: true })) {
    if (raw.trim() !== '') blocks.push({ start, text: raw })
    start += raw.length
  }
  return { text, blocks }
}

/** The block as it will probably be once it is whole: what is opened in it is closed, so that it does not jump. */
export function mended(text: string): string {
  return remend(text, { images: false })
}

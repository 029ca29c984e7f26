import type { Style } from '../terminal/terminal.ts'
import type { Block } from './block.ts'

export interface Shown {
  /** Lines that stand for good, and were not given before. */
  readonly final: readonly string[]
  /** Lines that may change: they stand below. */
  readonly open: readonly string[]
}

/**
 * Which lines of a conversation are already on the paper. Blocks are given whole every time; each line is given for good
 * once: when its block is final, and so are all before it, or when the open lines are more than there is room for.
 */
export class Transcript {
  /** How many lines of a block stand for good. All of them, once the block is done. */
  readonly #printed = new Map<string, number>()
  readonly #done = new Set<string>()

  show(blocks: readonly Block[], columns: number, room: number, style: Style): Shown {
    this.#forgetAllBut(blocks)
    const rest = blocks
      .filter(({ key }) => !this.#done.has(key))
      .map((block) => ({ block, lines: block.lines(columns, style).slice(this.#printed.get(block.key) ?? 0) }))
    const final: string[] = []
    while (rest[0]?.block.isFinal) {
      const { block, lines } = rest.shift()!
      final.push(...lines)
      this.#done.add(block.key)
    }
    this.#pushOut(rest, room, final)
    return { final, open: rest.flatMap(({ lines }) => lines) }
  }

  /** What was known as `key` is known as `as` from now on: lines that stand are not given again. */
  rename(key: string, as: string): void {
    const printed = this.#printed.get(key)
    if (printed !== undefined) this.#printed.set(as, printed)
    this.#printed.delete(key)
    this.#done.delete(key)
  }

  /** How many lines of this block stand for good. */
  printed(key: string): number {
    return this.#printed.get(key) ?? 0
  }

  #pushOut(rest: { block: Block; lines: readonly string[] }[], room: number, final: string[]): void {
    let over = rest.reduce((sum, { lines }) => sum + lines.length, 0) - room
    while (over > 0 && rest[0]) {
      const first = rest[0]
      const out = first.lines.slice(0, over)
      over -= out.length
      final.push(...out)
      this.#printed.set(first.block.key, this.printed(first.block.key) + out.length)
      first.lines = first.lines.slice(out.length)
      if (first.lines.length > 0 || rest.length === 1) return
      // Others follow it, so it stands as it was: what is above cannot be changed.
      this.#done.add(first.block.key)
      rest.shift()
    }
  }

  #forgetAllBut(blocks: readonly Block[]): void {
    const known = new Set(blocks.map(({ key }) => key))
    for (const key of this.#done) if (!known.has(key)) this.#done.delete(key)
    for (const key of this.#printed.keys()) if (!known.has(key)) this.#printed.delete(key)
  }
}

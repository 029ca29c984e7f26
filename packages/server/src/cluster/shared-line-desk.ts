import { Refusal } from '../refusal.ts'
import { beginnerOf, type LineDesk } from '../wires/line-desk.ts'
import type { PolledFrames } from '../wires/polled-line-wire.ts'
import type { Answer, LineAct, Question } from './node-messages.ts'
import { unrefused } from './unrefused.ts'

/** Asks another node; undefined where it does not answer within that time. */
type AsksLineNode = (node: string, question: Question, timeoutMs: number) => Promise<Answer | undefined>

/** Lines of every node: what is asked of one that another node began is done there, so that a balancer may send it anywhere. */
export class SharedLineDesk implements LineDesk {
  readonly #lines: LineDesk
  readonly #node: string
  readonly #answerMs: number
  readonly #ask: AsksLineNode

  /** `answerMs`: how long another node may take over what it has not to wait for. */
  constructor(lines: LineDesk, node: string, answerMs: number, ask: AsksLineNode) {
    this.#lines = lines
    this.#node = node
    this.#answerMs = answerMs
    this.#ask = ask
  }

  async heard(line: string | undefined, frames: string): Promise<void> {
    const node = this.#elsewhere(line)
    if (node === undefined) return this.#lines.heard(line, frames)
    await this.#asked(node, line!, { do: 'frames', frames })
  }

  async poll(line: string | undefined, number: number, waitMs: number, gone: AbortSignal): Promise<PolledFrames> {
    const node = this.#elsewhere(line)
    if (node === undefined) return this.#lines.poll(line, number, waitMs, gone)
    const answer = await this.#asked(node, line!, { do: 'poll', number, waitMs })
    if (answer.kind !== 'polled') throw new Refusal('internal', 'another node answered something else')
    return answer.polled
  }

  async cut(line: string | undefined): Promise<void> {
    const node = this.#elsewhere(line)
    if (node === undefined) return this.#lines.cut(line)
    await this.#asked(node, line!, { do: 'cut' })
  }

  /** Answers another node. */
  async answer(line: string, act: LineAct): Promise<Answer> {
    switch (act.do) {
      case 'frames':
        await this.#lines.heard(line, act.frames)
        return { kind: 'done', result: {} }
      case 'poll':
        // Whoever polls may have gone: nobody can tell here, and the poll ends by itself.
        return { kind: 'polled', polled: await this.#lines.poll(line, act.number, act.waitMs, NEVER) }
      case 'cut':
        await this.#lines.cut(line)
        return { kind: 'done', result: {} }
    }
  }

  #elsewhere(line: string | undefined): string | undefined {
    const node = beginnerOf(line)
    return node === this.#node ? undefined : node
  }

  async #asked(node: string, line: string, act: LineAct): Promise<Answer> {
    const waitMs = act.do === 'poll' ? act.waitMs : 0
    const answer = await this.#ask(node, { ask: 'line', line, act }, waitMs + this.#answerMs)
    if (!answer) throw new Refusal('not_found', 'there is no such line, or the node that has it does not answer')
    return unrefused(answer)
  }
}

const NEVER = new AbortController().signal

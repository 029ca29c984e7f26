import { randomUUID } from 'node:crypto'
import type { Bus, BusAnswer } from '@longwire/store'

interface Whole {
  readonly text: string
}

interface Part {
  readonly part: string
  readonly n: number
  readonly of: number
  readonly text: string
}

interface Wanted {
  readonly wants: string
  readonly n: number
}

type Piece = Whole | Part | Wanted

const KEEP_MS = 10_000
const ROOM = 4_096

/** Questions and answers of any length, over a bus that carries short ones. */
export class NodeTalk {
  readonly #bus: Bus
  readonly #coming = new Map<string, string[]>()
  readonly #going = new Map<string, readonly string[]>()

  constructor(bus: Bus) {
    this.#bus = bus
  }

  /** As `ask` of the bus; pieces that make up one question count as one. */
  async ask(node: string, text: string, timeoutMs: number): Promise<BusAnswer> {
    const until = performance.now() + timeoutMs
    const pieces = this.#cut(text)
    let answer: BusAnswer = { kind: 'silent' }
    const part = randomUUID()
    for (const [n, each] of pieces.entries()) {
      const piece: Piece = pieces.length === 1 ? { text: each } : { part, n, of: pieces.length, text: each }
      answer = await this.#send(node, piece, until)
      if (answer.kind !== 'answered') return answer
    }
    return this.#whole(node, answer, until)
  }

  serve(node: string, answer: (text: string) => Promise<string>): () => void {
    return this.#bus.serve(node, async (payload) => {
      const piece = JSON.parse(payload) as Piece
      if ('wants' in piece) return this.#answerPart(piece.wants, piece.n)
      const question = 'part' in piece ? this.#gather(piece) : piece.text
      return question === undefined ? '' : this.#answerWhole(await answer(question))
    })
  }

  async #whole(node: string, first: BusAnswer, until: number): Promise<BusAnswer> {
    if (first.kind !== 'answered') return first
    const piece = JSON.parse(first.payload) as Whole | Part
    if (!('part' in piece)) return { kind: 'answered', payload: piece.text }
    let payload = piece.text
    for (let n = 1; n < piece.of; n += 1) {
      const next = await this.#send(node, { wants: piece.part, n }, until)
      if (next.kind !== 'answered' || next.payload === '') return { kind: 'silent' }
      payload += (JSON.parse(next.payload) as Part).text
    }
    return { kind: 'answered', payload }
  }

  #send(node: string, piece: Piece, until: number): Promise<BusAnswer> {
    return this.#bus.ask(node, JSON.stringify(piece), Math.max(1, until - performance.now()))
  }

  /** The question, once all of its pieces are there; they come one after another. */
  #gather({ part, n, of, text }: Part): string | undefined {
    const pieces = this.#coming.get(part) ?? []
    pieces[n] = text
    this.#keep(this.#coming, part, pieces)
    if (n < of - 1) return undefined
    this.#coming.delete(part)
    const isWhole = Array.from({ length: of }, (_, each) => pieces[each]).every((each) => each !== undefined)
    return isWhole ? pieces.join('') : undefined
  }

  #answerWhole(text: string): string {
    const pieces = this.#cut(text)
    if (pieces.length === 1) return JSON.stringify({ text } satisfies Whole)
    const part = randomUUID()
    this.#keep(this.#going, part, pieces)
    return this.#answerPart(part, 0)
  }

  #answerPart(part: string, n: number): string {
    const pieces = this.#going.get(part)
    if (!pieces) return ''
    return JSON.stringify({ part, n, of: pieces.length, text: pieces[n]! } satisfies Part)
  }

  #keep<T>(kept: Map<string, T>, part: string, pieces: T): void {
    if (!kept.has(part)) setTimeout(() => kept.delete(part), KEEP_MS).unref()
    kept.set(part, pieces)
  }

  /** Pieces that fit, however many bytes a character takes once it is JSON in JSON. */
  #cut(text: string): readonly string[] {
    const most = this.#bus.mostBytes - ROOM
    if (text.length * 6 <= most || Buffer.byteLength(JSON.stringify(text)) <= most) return [text]
    const length = Math.floor(most / 8)
    return Array.from({ length: Math.ceil(text.length / length) }, (_, n) => text.slice(n * length, (n + 1) * length))
  }
}

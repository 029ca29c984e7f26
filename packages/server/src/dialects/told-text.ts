import type { SessionEvent } from '@longwire/protocol'

interface Told {
  /** What the peer has, in UTF-16 units. */
  length: number
  /** Undefined where some of it was told on a line before this one. */
  text: string | undefined
  /** How much of `length` was told after the place that the peer has. */
  since: number
  /** How much is said again, for a peer that came back from that place, and has it. */
  again: number
}

/** What became of a step that a peer has heard some of. */
export interface Withdrawn {
  readonly step: string
  /** How much of what the peer heard is withdrawn: the last so many UTF-16 units. */
  readonly length: number
  readonly text: string | undefined
}

const MARK = '~'
const MARKED = /^(\d{1,9})(?:\.(\d{1,9}))?$/

/**
 * How much of each open step a peer has been told, so that the commit adds what it lacks and a rollback says what to take
 * back. Printed behind a place it lets the peer come back in mid-sentence, and in the middle of an event that was too long
 * for one frame: neither a place nor a commit says how much of a step a peer has.
 */
export class ToldText {
  readonly #steps = new Map<string, Told>()
  /** The first half of a character that a piece ended in, by step. */
  readonly #halves = new Map<string, string>()

  /** From the marks that were printed. What are none is passed over. */
  static read(marks: string): ToldText {
    const told = new ToldText()
    const [, ...fields] = marks.split(MARK)
    for (let i = 0; i + 1 < fields.length && i < 64; i += 2) {
      const [, length, since = '0'] = MARKED.exec(fields[i + 1]!) ?? []
      if (length === undefined || Number(since) > Number(length)) continue
      const again = Number(since)
      told.#steps.set(fields[i]!, { length: Number(length), text: undefined, since: again, again })
    }
    return told
  }

  /** "~t4.1~120.20": 120 units of step t4.1 were told, 20 of them after the place that this stands behind. */
  get marks(): string {
    return [...this.#steps]
      .map(([step, { length, since }]) => `${MARK}${step}${MARK}${length}${since > 0 ? `.${since}` : ''}`)
      .join('')
  }

  /** The peer has heard of this step, though maybe none of its text. */
  note(step: string): Told {
    const told = this.#steps.get(step) ?? { length: 0, text: '', since: 0, again: 0 }
    this.#steps.set(step, told)
    return told
  }

  has(step: string): boolean {
    return this.#steps.has(step)
  }

  /** What of a piece of a step can be told now: not what the peer has, and no character in halves. */
  tellable(step: string, piece: string): string {
    const told = this.note(step)
    const repeated = Math.min(told.again, piece.length)
    told.again -= repeated
    const text = (this.#halves.get(step) ?? '') + piece.slice(repeated)
    this.#halves.delete(step)
    if (!endsInHalf(text)) return text
    this.#halves.set(step, text.slice(-1))
    return text.slice(0, -1)
  }

  /** This text of the step is told. */
  tell(step: string, text: string): void {
    const told = this.note(step)
    told.length += text.length
    told.since += text.length
    if (told.text !== undefined) told.text += text
  }

  /**
   * The event is told. False where some of it is not, so that the peer must come back from before it: it ended in half a
   * character, or says again what the peer has.
   */
  settle(): boolean {
    const isWhole = this.#halves.size === 0 && [...this.#steps.values()].every(({ again }) => again === 0)
    if (isWhole) for (const told of this.#steps.values()) told.since = 0
    return isWhole
  }

  /**
   * The step said all of this: what the peer lacks of it, and what it has to take back first. It counts as open until it is
   * `closed`: a long rest is told in pieces.
   */
  committed(step: string, whole: string): { readonly rest: string; readonly withdrawn?: Withdrawn } {
    const told = this.#steps.get(step)
    this.#halves.delete(step)
    if (!told) return { rest: whole }
    const { length, text } = told
    told.again = 0
    const agrees = length <= whole.length && (text === undefined || whole.startsWith(text))
    if (agrees) return { rest: whole.slice(length) }
    this.#steps.delete(step)
    return { rest: whole, withdrawn: { step, length, text } }
  }

  /** Everything of the step was told. */
  closed(step: string): void {
    this.#drop(step)
  }

  withdrawn(step: string): Withdrawn | undefined {
    const told = this.#drop(step)
    return told && { step, length: told.length, text: told.text }
  }

  /** Nothing is open any more. */
  clear(): void {
    this.#steps.clear()
    this.#halves.clear()
  }

  #drop(step: string): Told | undefined {
    const told = this.#steps.get(step)
    this.#steps.delete(step)
    this.#halves.delete(step)
    return told
  }
}

/** All the text of a message that is committed. */
export function textOf(event: Extract<SessionEvent, { type: 'message.committed' }>): string {
  return event.message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')
}

/** The text in pieces of at most so many UTF-16 units, none of them half a character. */
export function cut(text: string, most: number): readonly string[] {
  if (text.length <= most) return text === '' ? [] : [text]
  const pieces: string[] = []
  for (let at = 0; at < text.length; ) {
    const piece = text.slice(at, at + most)
    const whole = endsInHalf(piece) && piece.length > 1 ? piece.slice(0, -1) : piece
    pieces.push(whole)
    at += whole.length
  }
  return pieces
}

function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last <= 0xdbff
}

import type { Dice } from './dice.ts'

export interface Said {
  readonly id: string
  readonly seq: number | undefined
}

export interface SpeakerHouse {
  readonly urls: () => readonly string[]
  readonly dice: Dice
}

const TRY_MS = 4_000
const PAUSE_MS = 40

/** Says things to a session until they are taken, through whichever node answers, and remembers what was acknowledged. */
export class StormSpeaker {
  readonly acknowledged: Said[] = []
  readonly refused: string[] = []
  readonly #house: SpeakerHouse
  #isOver = false

  constructor(house: SpeakerHouse) {
    this.#house = house
  }

  close(): void {
    this.#isOver = true
  }

  /** Resolves with the session's id once it is there. */
  async open(id: string): Promise<string> {
    const made = await this.#until('/v1/sessions', { agent: 'traveller', id })
    return String(made?.session)
  }

  async say(
    session: string,
    command: { readonly type: string; readonly id: string; readonly [more: string]: unknown },
  ) {
    const answer = await this.#until(`/v1/sessions/${session}/commands`, command)
    if (answer?.type === 'ok') this.acknowledged.push({ id: command.id, seq: answer.seq as number | undefined })
    return answer
  }

  async #until(path: string, body: object): Promise<Record<string, unknown> | undefined> {
    while (!this.#isOver) {
      const answer = await this.#try(path, body)
      if (answer && answer.retry === undefined) return answer
      if (answer?.retry === 'never') {
        this.refused.push(`${path} ${JSON.stringify(body)}: ${answer.code} ${answer.message}`)
        return undefined
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
    return undefined
  }

  async #try(path: string, body: object): Promise<Record<string, unknown> | undefined> {
    try {
      const response = await fetch(`${this.#house.dice.of(this.#house.urls())}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TRY_MS),
      })
      return (await response.json()) as Record<string, unknown>
    } catch {
      return undefined
    }
  }
}

import { randomUUID } from 'node:crypto'

export interface Event {
  readonly type: string
  readonly seq: number
  readonly [field: string]: unknown
}

/** A session with the agent over plain HTTP: commands are posted, and what happens is asked for until it is there. */
export class Visit {
  readonly events: Event[] = []
  readonly id: string
  readonly #url: string
  #place = '0'
  #read = 0

  private constructor(url: string, id: string) {
    this.#url = url
    this.id = id
  }

  static async begin(url: string): Promise<Visit> {
    const { body } = await post(`${url}/v1/sessions`, { agent: 'pair-programmer' })
    return new Visit(url, String(body.session))
  }

  command(fields: object): ReturnType<typeof post> {
    return post(`${this.#url}/v1/sessions/${this.id}/commands`, { id: randomUUID(), ...fields })
  }

  say(text: string): ReturnType<typeof post> {
    return this.command({ type: 'input', text })
  }

  answer(request: Event, fields: object): ReturnType<typeof post> {
    return this.command({ type: 'answer', request: request.request, ...fields })
  }

  /** The next event of this type that was not waited for yet. */
  async next(type: string): Promise<Event> {
    for (;;) {
      while (this.#read < this.events.length) {
        const event = this.events[this.#read++]!
        if (event.type === type) return event
      }
      const query = `after=${this.#place}&trace=debug&wait=20`
      const response = await fetch(`${this.#url}/v1/sessions/${this.id}/events?${query}`, {
        headers: { accept: 'application/json' },
      })
      const { events, place } = (await response.json()) as { events: Event[]; place: string }
      if (events.length === 0) throw new Error(`no ${type} came in 20 s`)
      this.events.push(...events.filter(({ seq, sub }) => seq > 0 && sub === undefined))
      this.#place = place
    }
  }

  /** What the agent said in the turn that ends next. */
  async answered(): Promise<string> {
    const { turn, outcome, error } = await this.next('turn.ended')
    if (outcome !== 'completed') throw new Error(`the turn ${outcome}: ${JSON.stringify(error)}`)
    return this.events
      .filter((event) => event.type === 'message.committed' && event.turn === turn)
      .flatMap(({ message }) => (message as { parts: { type: string; text?: string }[] }).parts)
      .flatMap((part) => (part.type === 'text' ? [part.text] : []))
      .join('\n')
  }
}

async function post(url: string, body: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

// Plays a conversation of spec/cases/conversations against a server. The format is told in spec/cases/README.md.
import { randomUUID } from 'node:crypto'
import { Line, type Move } from './line.ts'
import { type Captures, mismatch } from './match.ts'
import { overWebSocket } from './movers.ts'

export interface Conversation {
  readonly rules: readonly string[]
  readonly title: string
  readonly steps: readonly Step[]
}

/** One thing to do or to wait for, on the line `on`, which is `a` unless given. */
export type Step = { readonly on?: string } & (
  | { readonly send: object }
  | { readonly sendText: string }
  | { readonly sendBytes: string }
  | { readonly sendSize: number }
  | { readonly greeted: object }
  | { readonly reply: { readonly id: string } & object }
  | { readonly next: object }
  | { readonly until: object; readonly never?: readonly object[] }
  | { readonly closed: number }
  | { readonly leave: true }
  | { readonly http: HttpAsk; readonly status: number; readonly answer?: object }
)

interface HttpAsk {
  readonly method: string
  readonly path: string
  readonly body?: object
}

export interface RunOptions {
  /** How long any one step may wait: 5,000 unless given. */
  readonly timeoutMs?: number
  /** What its lines go over: a WebSocket unless given. */
  readonly move?: Move
}

/** Plays the case against the server at `url` ("http://127.0.0.1:8787"). Rejects at the first step that goes another way. */
export async function runCase(url: string, conversation: Conversation, options: RunOptions = {}): Promise<void> {
  const run = new Run(url, options)
  try {
    for (const [index, step] of conversation.steps.entries()) {
      const told = `${conversation.title}: step ${index + 1}, ${JSON.stringify(step)}`
      await run.play(step).catch((error: Error) => {
        throw new Error(`${told}: ${error.message}`, { cause: error })
      })
    }
  } finally {
    run.leave()
  }
}

class Run {
  readonly #url: string
  readonly #timeoutMs: number
  readonly #move: Move
  readonly #lines = new Map<string, Promise<Line>>()
  // Ids of commands are remembered by servers, so each run has its own.
  readonly #captures: Captures = new Map([['run', randomUUID().slice(0, 8)]])

  constructor(url: string, { timeoutMs = 5_000, move = overWebSocket }: RunOptions) {
    this.#url = url
    this.#timeoutMs = timeoutMs
    this.#move = move
  }

  async play(asWritten: Step): Promise<void> {
    const step = this.#filledIn(asWritten)
    if ('http' in step) return this.#ask(step.http, step.status, step.answer)
    const line = await this.#line(step.on ?? 'a')
    if ('send' in step) line.send(JSON.stringify(step.send))
    else if ('sendText' in step) line.send(step.sendText)
    else if ('sendBytes' in step) line.send(Buffer.from(step.sendBytes, 'base64'))
    else if ('sendSize' in step) line.send('x'.repeat(step.sendSize))
    else if ('greeted' in step) this.#match(line.welcome, step.greeted)
    else if ('reply' in step) this.#match(await line.reply(step.reply.id), step.reply)
    else if ('next' in step) this.#match(await line.next(), step.next)
    else if ('until' in step) await this.#until(line, step.until, step.never ?? [])
    else if ('closed' in step) this.#match(await line.closed(), step.closed)
    else line.leave()
  }

  leave(): void {
    for (const line of this.#lines.values()) line.then((open) => open.leave()).catch(() => undefined)
  }

  async #line(name: string): Promise<Line> {
    const known = this.#lines.get(name)
    if (known) return known
    const line = Line.open(this.#move, this.#url, this.#timeoutMs)
    this.#lines.set(name, line)
    return line
  }

  async #until(line: Line, wanted: object, never: readonly object[]): Promise<void> {
    for (;;) {
      const frame = await line.next()
      if (mismatch(frame, wanted, this.#captures) === undefined) return
      for (const unwanted of never) {
        if (mismatch(frame, unwanted, this.#captures) === undefined)
          throw new Error(`there came ${JSON.stringify(frame)}`)
      }
    }
  }

  async #ask({ method, path, body }: HttpAsk, status: number, answer: object | undefined): Promise<void> {
    const response = await fetch(new URL(path, this.#url), {
      method,
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(this.#timeoutMs),
    })
    const text = await response.text()
    this.#match(response.status, status)
    if (answer) this.#match(JSON.parse(text), answer)
  }

  #match(value: unknown, wanted: unknown): void {
    const wrong = mismatch(value, wanted, this.#captures)
    if (wrong !== undefined) throw new Error(`${wrong}; there came ${JSON.stringify(value)}`)
  }

  /** The step with `${name}` in its texts replaced by what was captured under that name. */
  #filledIn(step: Step): Step {
    const text = JSON.stringify(step).replace(/\$\{(\w+)\}/g, (_, name: string) => {
      if (!this.#captures.has(name)) throw new Error(`nothing was captured as ${name}`)
      return JSON.stringify(`${this.#captures.get(name)}`).slice(1, -1)
    })
    return JSON.parse(text) as Step
  }
}

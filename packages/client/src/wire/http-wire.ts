import { headersOf } from '../auth/headers-of.ts'
import { CUT, type DialWire, type Wire, type WireListener, type WireTarget } from './wire.ts'

/** One request carries so many characters of frames at most. */
const MOST_POSTED = 400_000
const LINE = 'longwire-line'
const FRAMES = 'v1/line/frames'
const CODES: { readonly [retry: string]: number } = { never: 1008, 'new-identity': 4401, now: 1012, later: 1013 }

interface LineClose {
  readonly code: number
}

/** Frames over plain HTTP: they come by a stream of server-sent events or by polls, and leave by POST, in order. */
export function dialHttp(kind: 'sse' | 'poll', fetch: typeof globalThis.fetch): DialWire {
  return (target, listener) => new HttpWire(kind, fetch, target, listener)
}

class HttpWire implements Wire {
  readonly #fetch: typeof globalThis.fetch
  readonly #target: WireTarget
  readonly #listener: WireListener
  readonly #over = new AbortController()
  #line = ''
  #unsent: string[] = []
  #isPosting = false

  constructor(kind: 'sse' | 'poll', fetch: typeof globalThis.fetch, target: WireTarget, listener: WireListener) {
    this.#fetch = fetch
    this.#target = target
    this.#listener = listener
    const reading = kind === 'sse' ? this.#readStream() : this.#readPolls()
    reading.then(
      () => this.#closed(CUT),
      () => this.#closed(CUT),
    )
  }

  send(frame: string): void {
    this.#unsent.push(frame)
    if (this.#isPosting) return
    this.#isPosting = true
    // What is said in one tick leaves in one request.
    queueMicrotask(() => {
      this.#post().catch(() => this.#closed(CUT))
    })
  }

  close(): void {
    if (this.#over.signal.aborted) return
    this.#over.abort()
    if (this.#line) this.#ask('DELETE', FRAMES, { keepalive: true, signal: null }).catch(() => {})
  }

  async #readStream(): Promise<void> {
    const response = await this.#begin('text/event-stream')
    if (!response?.headers.get('content-type')?.startsWith('text/event-stream')) return
    this.#opened(response)
    for await (const { event, data } of messages(response.body!)) {
      if (event === 'close') return this.#closed((JSON.parse(data) as LineClose).code)
      this.#heard(data)
    }
  }

  async #readPolls(): Promise<void> {
    let response = await this.#begin('application/json')
    for (let poll = 2; response; poll += 1) {
      const { frames, close } = (await response.json()) as { frames: readonly unknown[]; close?: LineClose }
      if (poll === 2) this.#opened(response)
      for (const frame of frames) this.#heard(JSON.stringify(frame))
      if (close) return this.#closed(close.code)
      response = await this.#checked(await this.#ask('GET', `${FRAMES}?poll=${poll}`))
    }
  }

  async #begin(accept: string): Promise<Response | undefined> {
    return this.#checked(await this.#ask('POST', 'v1/line', { body: '', headers: { accept } }))
  }

  async #post(): Promise<void> {
    while (this.#unsent.length > 0 && !this.#over.signal.aborted) {
      const body = this.#nextBody()
      if (!(await this.#checked(await this.#ask('POST', FRAMES, { body })))) return
    }
    this.#isPosting = false
  }

  #nextBody(): string {
    let body = this.#unsent.shift()!
    while (this.#unsent.length > 0 && body.length + this.#unsent[0]!.length < MOST_POSTED)
      body += `\n${this.#unsent.shift()}`
    return body
  }

  async #ask(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, this.#target.base).href
    const body = init.body as string | undefined
    const who = await headersOf(this.#target.credentials(), { method, url, ...(body === undefined ? {} : { body }) })
    const headers = { ...who, ...(this.#line ? { [LINE]: this.#line } : {}), ...init.headers }
    return this.#fetch(url, { method, signal: this.#over.signal, cache: 'no-store', ...init, headers })
  }

  /** The answer where it is one; else the wire is closed, with the code that the server's error means. */
  async #checked(response: Response): Promise<Response | undefined> {
    if (response.ok) return response
    const error = (await response.json().catch(() => ({}))) as { code?: unknown; retry?: string }
    if (response.status === 413) this.#closed(1009)
    else if (typeof error.code !== 'string' || error.code === 'not_found') this.#closed(CUT)
    else {
      this.#heard(JSON.stringify({ ...error, id: undefined }))
      this.#closed(CODES[error.retry ?? ''] ?? CUT)
    }
    return undefined
  }

  #opened(response: Response): void {
    this.#line = response.headers.get(LINE) ?? ''
    if (!this.#line) throw new TypeError('no line was begun')
    if (!this.#over.signal.aborted) this.#listener.opened()
  }

  #heard(frame: string): void {
    if (!this.#over.signal.aborted) this.#listener.heard(frame)
  }

  #closed(code: number): void {
    if (this.#over.signal.aborted) return
    this.#over.abort()
    this.#listener.closed(code)
  }
}

interface Message {
  readonly event?: string | undefined
  readonly data: string
}

/** The messages of an event stream. Comments are passed over. */
async function* messages(body: ReadableStream<Uint8Array>): AsyncGenerator<Message, void, undefined> {
  const reader = body.pipeThrough(new TextDecoderStream() as never).getReader() as ReadableStreamDefaultReader<string>
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    text += value
    const whole = text.split('\n\n')
    text = whole.pop()!
    for (const message of whole) {
      const data = /^data: (.*)$/m.exec(message)?.[1]
      if (data !== undefined) yield { event: /^event: (.*)$/m.exec(message)?.[1], data }
    }
  }
}

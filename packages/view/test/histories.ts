import type { CommitType, DraftType, EventOf, Message, SessionEvent } from '@longwire/protocol'
import fc from 'fast-check'

// Well-formed histories of a session, made from a list of moves: each move does what it names where the session's
// state lets it, and nothing elsewhere, so that a history that fails shrinks to the moves that matter.

/** How often each move is drawn, beside the others. */
const WEIGHTS = {
  accept: 2,
  return: 1,
  start: 3,
  steer: 1,
  open: 2,
  text: 4,
  reasoning: 1,
  call: 2,
  commit: 2,
  rollback: 1,
  again: 1,
  begin: 2,
  finish: 2,
  deny: 1,
  ask: 1,
  settle: 1,
  progress: 2,
  span: 1,
  record: 1,
  task: 1,
  taskProgress: 1,
  taskEnd: 1,
  end: 1,
}
type MoveName = keyof typeof WEIGHTS

interface Move {
  readonly move: MoveName
  readonly pick: number
  readonly text: string
}

// Halves of surrogate pairs among them: a piece may be cut anywhere.
const pieces = fc.constantFrom('', 'a', 'Hello ', 'é', '\u{1f600}', '\ud83d', '\ude00', '"\\\n', '{"x":', '1}')

const names = Object.keys(WEIGHTS) as MoveName[]
const move: fc.Arbitrary<Move> = fc.record({
  move: fc.oneof(...names.map((name) => ({ weight: WEIGHTS[name], arbitrary: fc.constant(name) }))),
  pick: fc.nat({ max: 11 }),
  text: pieces,
})

/** Histories from `session.opened` on; most have a few turns, many end in the middle of one. */
export const histories: fc.Arbitrary<readonly SessionEvent[]> = fc
  .array(move, { minLength: 4, maxLength: 90, size: 'max' })
  .map((moves) => {
    const teller = new Teller()
    for (const one of moves) teller.play(one)
    return teller.events
  })

type Fields<T extends SessionEvent['type']> = Omit<EventOf<T>, 'type' | 'seq' | 'sub' | 'at'>

interface OpenStep {
  readonly step: string
  readonly said: Map<string, string>
  readonly calls: string[]
}

interface OpenTurn {
  readonly turn: string
  attempt: number
  readonly steps: OpenStep[]
  readonly rolledBack: string[]
  /** Of committed messages, not started yet. */
  readonly waitingCalls: string[]
  readonly runningCalls: string[]
  readonly spans: Map<number, { step: string | undefined; startedAt: number; over: boolean }>
}

class Teller {
  readonly events: SessionEvent[] = []
  #seq = 0
  #sub = 0
  #at = 1_000
  #ids = 0
  #turn: OpenTurn | undefined
  readonly #waiting: string[] = []
  readonly #requests: string[] = []
  readonly #tasks: string[] = []

  constructor() {
    this.#commit('session.opened', { session: 's', agent: 'teller', tools: [], metadata: { a: [1] } })
  }

  play({ move, pick, text }: Move): void {
    this.#at += pick % 3
    const turn = this.#turn
    const step = turn?.steps[pick % Math.max(1, turn.steps.length)]
    this.#anytime[move]?.(pick, text)
    if (turn) this.#inTurn[move]?.(turn, pick, text)
    if (turn && step) this.#inStep[move]?.(turn, step, pick, text)
  }

  readonly #anytime: { readonly [M in MoveName]?: (pick: number, text: string) => void } = {
    accept: (pick, text) => this.#accept(pick, text),
    return: (pick) =>
      this.#take(this.#waiting, pick, (input) => this.#commit('input.returned', { input, reason: 'withdrawn' })),
    start: (pick) => this.#start(pick),
    settle: (pick) => this.#settle(pick),
    task: (_, label) => {
      const task = this.#id('k')
      this.#tasks.push(task)
      this.#commit('task.started', { task, label })
    },
    taskProgress: (pick, label) => {
      const task = this.#tasks[pick % Math.max(1, this.#tasks.length)]
      if (task) this.#draft('task.progress', { task, ...(pick % 2 && { fraction: 0.5 }), label })
    },
    taskEnd: (pick, text) =>
      this.#take(this.#tasks, pick, (task) => this.#commit('task.finished', { task, outcome: 'ok', result: [text] })),
  }

  readonly #inTurn: { readonly [M in MoveName]?: (turn: OpenTurn, pick: number, text: string) => void } = {
    steer: ({ turn }, pick) =>
      this.#take(this.#waiting, pick, (input) => this.#commit('input.applied', { input, turn })),
    open: (turn, pick) => this.#open(turn, pick),
    ask: (turn, pick) => this.#ask(turn, pick),
    begin: (turn, pick) => this.#begin(turn, pick),
    finish: (turn, pick) => this.#finish(turn, pick),
    deny: (turn, pick) =>
      this.#take(turn.waitingCalls, pick, (call) =>
        this.#commit('tool.finished', { turn: turn.turn, call, outcome: 'denied', tookMs: 0 }),
      ),
    progress: (turn, pick, text) => this.#trace(turn, 'progress', pick, text),
    span: (turn, pick, text) => this.#trace(turn, 'span', pick, text),
    record: ({ turn }, pick, name) => this.#commit('step.finished', { turn, step: this.#id('k'), name, tookMs: pick }),
    again: (turn, pick) => this.#again(turn, pick),
    end: (turn, pick) => this.#end(turn, pick),
  }

  readonly #inStep: {
    readonly [M in MoveName]?: (turn: OpenTurn, step: OpenStep, pick: number, text: string) => void
  } = {
    text: (turn, step, pick, text) => this.#say(turn, step, 'text', pick, text),
    reasoning: (turn, step, pick, text) => this.#say(turn, step, 'reasoning', pick, text),
    call: ({ turn }, { step, calls }, pick, input) => {
      const isNew = calls.length === 0 || pick % 3 === 0
      const call = isNew ? this.#id('c') : calls[pick % calls.length]!
      if (isNew) calls.push(call)
      this.#draft('chunk.tool', { turn, step, call, name: 'look', input })
    },
    commit: (turn, step, pick) => this.#commitStep(turn, step, pick),
    rollback: (turn, step) => this.#rollBack(turn, step),
  }

  #say({ turn }: OpenTurn, { step, said }: OpenStep, kind: 'text' | 'reasoning', pick: number, text: string): void {
    const part = `${pick % 2}`
    said.set(`${kind}:${part}`, (said.get(`${kind}:${part}`) ?? '') + text)
    this.#draft(`chunk.${kind}`, { turn, step, part, text })
  }

  #rollBack(turn: OpenTurn, step: OpenStep): void {
    turn.steps.splice(turn.steps.indexOf(step), 1)
    turn.rolledBack.push(step.step)
    this.#commit('step.rolledback', { turn: turn.turn, step: step.step, reason: 'failed' })
  }

  #commitStep(turn: OpenTurn, step: OpenStep, pick: number): void {
    turn.steps.splice(turn.steps.indexOf(step), 1)
    for (const call of step.calls) {
      if (!turn.runningCalls.includes(call)) turn.waitingCalls.push(call)
    }
    const parts: Message['parts'] = [...step.said].map(([key, text]) => ({
      type: key.startsWith('text') ? 'text' : 'reasoning',
      text,
    }))
    parts.push(...step.calls.map((call) => ({ type: 'tool-call' as const, call, name: 'look', input: { q: pick } })))
    const usage = pick % 2 === 0 ? { inputTokens: pick, outputTokens: 1 } : undefined
    this.#commit('message.committed', {
      turn: turn.turn,
      step: step.step,
      message: { role: 'assistant', parts },
      ...(usage && { usage }),
      ...(pick % 5 === 0 && { partial: true }),
    })
  }

  #accept(pick: number, text: string): void {
    const input = this.#id('i')
    this.#waiting.push(input)
    const said = pick % 4 === 0 ? { parts: [{ type: 'data' as const, name: 'page', data: [text] }] } : { text }
    this.#commit('input.accepted', { input, delivery: pick % 2 ? 'queue' : 'steer', by: 'me', ...said })
  }

  #start(pick: number): void {
    if (this.#turn) return
    const turn = this.#id('t')
    const inputs = this.#waiting.splice(0, 1 + (pick % 2))
    this.#turn = {
      turn,
      attempt: 1,
      steps: [],
      rolledBack: [],
      waitingCalls: [],
      runningCalls: [],
      spans: new Map(),
    }
    this.#commit('turn.started', { turn, cause: 'input', inputs, attempt: 1 })
    for (const input of inputs) this.#commit('input.applied', { input, turn })
  }

  #open(turn: OpenTurn, pick: number): void {
    // A step that was rolled back is tried again under its own id.
    const step = pick % 2 ? (turn.rolledBack.pop() ?? this.#id('s')) : this.#id('s')
    turn.steps.push({ step, said: new Map(), calls: [] })
  }

  /** Starts a call: of a committed message, of a draft, or of no message at all. */
  #begin(turn: OpenTurn, pick: number): void {
    const drafted = turn.steps.flatMap(({ calls }) => calls)
    const known = [...turn.waitingCalls, ...drafted].filter((call) => !turn.runningCalls.includes(call))
    const call = known.length === 0 || pick % 5 === 0 ? this.#id('c') : known[pick % known.length]!
    const step = turn.steps.find(({ calls }) => calls.includes(call)) ?? turn.steps[pick % 3]
    turn.runningCalls.push(call)
    const fields = { turn: turn.turn, call, name: 'look', input: { q: pick } }
    this.#commit('tool.started', { ...fields, ...(step && { step: step.step }) })
  }

  #finish(turn: OpenTurn, pick: number): void {
    const outcome = (['ok', 'error', 'cancelled'] as const)[pick % 3]!
    this.#take(turn.runningCalls, pick, (call) =>
      this.#commit('tool.finished', { turn: turn.turn, call, outcome, output: [pick], tookMs: pick }),
    )
  }

  #ask(turn: OpenTurn, pick: number): void {
    const calls = [...turn.waitingCalls, ...turn.runningCalls, ...turn.steps.flatMap(({ calls }) => calls)]
    const call = calls[pick % Math.max(1, calls.length)]
    const request = this.#id('r')
    this.#requests.push(request)
    const kind = (['approval', 'approval', 'form'] as const)[pick % 3]!
    this.#commit('control.requested', { turn: turn.turn, request, kind, message: 'May I?', ...(call && { call }) })
  }

  #settle(pick: number): void {
    const outcome = (['answered', 'expired', 'withdrawn'] as const)[pick % 3]!
    this.#take(this.#requests, pick, (request) => this.#commit('control.settled', { request, outcome, by: 'me' }))
  }

  /** Eight spans a turn, of which each is below the one of half its number; any of them may come first. */
  #trace(turn: OpenTurn, move: 'progress' | 'span', pick: number, label: string): void {
    const number = pick % 8
    const step = turn.steps[pick % 2]?.step
    const span = turn.spans.get(number) ?? { step, startedAt: this.#at - (pick % 4), over: false }
    if (span.over) return
    turn.spans.set(number, span)
    const fields = {
      turn: turn.turn,
      ...(span.step && { step: span.step }),
      span: `${turn.turn}/${number}`,
      ...(number > 1 && { parent: `${turn.turn}/${number >> 1}` }),
      level: 'detail' as const,
      kind: 'custom' as const,
      label,
    }
    const { startedAt } = span
    if (move === 'progress') {
      this.#draft('trace.progress', { ...fields, fraction: pick / 11, ...(pick % 3 && { startedAt }) })
    } else {
      span.over = true
      this.#commit('trace.span', { ...fields, outcome: 'ok', startedAt, tookMs: pick })
    }
  }

  /** The node died, and the turn runs again: what was open is rolled back by name, or with the attempt. */
  #again(turn: OpenTurn, pick: number): void {
    if (pick % 2) for (const step of [...turn.steps]) this.#rollBack(turn, step)
    turn.attempt += 1
    turn.rolledBack.push(...turn.steps.splice(0).map(({ step }) => step))
    this.#commit('turn.started', { turn: turn.turn, cause: 'input', inputs: [], attempt: turn.attempt })
  }

  #end(turn: OpenTurn, pick: number): void {
    if (pick % 2) for (const step of [...turn.steps]) this.#rollBack(turn, step)
    while (this.#requests.length) this.#settle(2)
    const outcome = (['completed', 'failed', 'cancelled'] as const)[pick % 3]!
    const usage = pick % 2 === 0 ? { inputTokens: 200 + pick } : undefined
    this.#commit('turn.ended', { turn: turn.turn, outcome, finishReason: 'stop', ...(usage && { usage }) })
    this.#turn = undefined
  }

  #take(from: string[], pick: number, use: (id: string) => void): void {
    const [id] = from.splice(pick % Math.max(1, from.length), 1)
    if (id !== undefined) use(id)
  }

  #id(kind: string): string {
    this.#ids += 1
    return `${kind}${this.#ids}`
  }

  #commit<T extends CommitType>(type: T, fields: Fields<T>): void {
    this.#seq += 1
    this.#sub = 0
    this.events.push({ type, seq: this.#seq, at: this.#at, ...fields } as unknown as SessionEvent)
  }

  #draft<T extends DraftType>(type: T, fields: Fields<T>): void {
    this.#sub += 1
    this.events.push({ type, seq: this.#seq, sub: this.#sub, at: this.#at, ...fields } as unknown as SessionEvent)
  }
}

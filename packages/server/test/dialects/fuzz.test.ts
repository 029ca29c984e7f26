import { Command } from '@longwire/protocol/schemas'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRunInput } from '../../src/dialects/ag-ui/run-input.ts'
import { planOf as planOfRun } from '../../src/dialects/ag-ui/run-plan.ts'
import { asInputText } from '../../src/dialects/agentcore/prompt.ts'
import { runtimeAddress } from '../../src/dialects/agentcore/runtime-address.ts'
import { ArticleSpeech } from '../../src/dialects/bedrock/article-speech.ts'
import { readAsked, readFrame } from '../../src/dialects/bedrock/asked-of-us.ts'
import { afterOf } from '../../src/dialects/bedrock/index.ts'
import { planOf } from '../../src/dialects/bedrock/invocation-speech.ts'
import { cut } from '../../src/dialects/told-text.ts'
import { Refusal } from '../../src/index.ts'

// Whatever a peer says, a dialect makes commands of the protocol of it, or refuses it by name.

const RUNS = Number(process.env.LONGWIRE_FUZZ_RUNS ?? 300)

const kind = fc.constantFrom('approval', 'form', 'choice', 'client-tool' as const)
const open = fc.array(
  fc.record({
    request: fc.string({ minLength: 1, maxLength: 8 }),
    kind,
    message: fc.string(),
    askedAt: fc.nat(),
    call: fc.string(),
  }),
  { maxLength: 3 },
)
const result = fc.record(
  {
    actionGroup: fc.string(),
    confirmationState: fc.constantFrom('CONFIRM', 'DENY', 'MAYBE'),
    responseState: fc.constantFrom('FAILURE', 'REPROMPT', ''),
    responseBody: fc.dictionary(fc.string(), fc.record({ body: fc.string() }, { requiredKeys: [] }), { maxKeys: 2 }),
  },
  { requiredKeys: [] },
)
const asked = fc.record(
  {
    inputText: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
    interrupt: fc.oneof(fc.boolean(), fc.string(), fc.record({ inputText: fc.string() })),
    additionalContext: fc.jsonValue(),
    sessionState: fc.record(
      {
        invocationId: fc.string(),
        returnControlInvocationResults: fc.array(
          fc.oneof(fc.record({ functionResult: result }), fc.record({ apiResult: result }), fc.jsonValue()),
          { maxLength: 6 },
        ),
        sessionAttributes: fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
        files: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
    control: fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom('approved', 'action', 'content', 'reason', 'invocationId'), fc.jsonValue()),
    ),
    enableTrace: fc.oneof(fc.boolean(), fc.string()),
    endSession: fc.boolean(),
    id: fc.string(),
  },
  { requiredKeys: [] },
)
const anyFrame = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  asked.map((value) => JSON.stringify(value)),
)

/** What came of it: undefined where it was refused by name. Anything else that is thrown is a fault. */
function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

function expectCommands(commands: readonly unknown[] = []): void {
  for (const command of commands) expect(Command.safeParse(JSON.parse(JSON.stringify(command))).error).toBeUndefined()
}

function speech() {
  return new ArticleSpeech({
    address: { sessionId: 's', agentId: 'a', agentAliasId: 'p' },
    agent: 'echo',
    session: 's',
    encoding: 'text',
    mostCharacters: 5,
    commandId: () => 'id',
  })
}

test('[D9] any frame of the article is commands of the protocol, or refused by name', () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      const heard = unlessRefused(() => speech().heard(frame))
      // A field that the protocol bounds is refused there, as it is for any peer.
      for (const command of heard?.ask ?? []) expect(Object.keys(command)).toContain('type')
      unlessRefused(() => readFrame(asInputText(frame)))
    }),
    { numRuns: RUNS },
  )
})

test('[D9] any body of an invocation is a plan of commands for any session, or refused by name', () => {
  fc.assert(
    fc.property(asked, open, fc.constantFrom('idle', 'running', 'waiting' as const), (body, requests, status) => {
      const wanted = unlessRefused(() => readAsked(body))
      const found = { view: { status, turns: [] } as never, requests: requests as never }
      const plan = wanted && unlessRefused(() => planOf(wanted, found))
      expectCommands(plan?.answers?.map((answer) => ({ type: 'answer', id: 'id', ch: 1, ...answer })))
    }),
    { numRuns: RUNS },
  )
})

const message = fc.record(
  {
    id: fc.string(),
    role: fc.constantFrom('user', 'assistant', 'tool', 'developer', 'reasoning'),
    content: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.jsonValue(),
      fc.array(fc.record({ type: fc.string(), text: fc.string() })),
    ),
    toolCallId: fc.string(),
    error: fc.string(),
  },
  { requiredKeys: ['role'] },
)
const runInput = fc.record(
  {
    threadId: fc.string(),
    runId: fc.string(),
    messages: fc.array(message, { maxLength: 4 }),
    state: fc.jsonValue(),
    tools: fc.oneof(fc.constant(null), fc.array(fc.jsonValue(), { maxLength: 2 })),
    context: fc.oneof(fc.constant(null), fc.array(fc.jsonValue(), { maxLength: 2 })),
    resume: fc.array(
      fc.record({
        interruptId: fc.string(),
        status: fc.constantFrom('resolved', 'cancelled'),
        payload: fc.jsonValue(),
      }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['threadId', 'runId'] },
)

test('[D9] any input of a run is a plan of commands for any session, or refused by name', () => {
  fc.assert(
    fc.property(runInput, open, (value, requests) => {
      const run = unlessRefused(() => readRunInput(value))
      const plan = run && planOfRun(run, { view: undefined, requests: requests as never })
      expectCommands(plan?.input ? [{ type: 'input', id: 'id', ch: 1, ...plan.input }] : [])
      expectCommands(plan?.answers?.map((answer) => ({ type: 'answer', id: 'id', ch: 1, ...answer })))
    }),
    { numRuns: RUNS },
  )
})

test('[D15] any address is one of a runtime, none, or refused by name', () => {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom('arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/a-0123456789', '%', '%3A', '..', '/'),
  )
  fc.assert(
    fc.property(part, fc.constantFrom('ws', 'invocations', 'ws/shells', ''), fc.string(), (runtime, door, query) => {
      const address = unlessRefused(() => runtimeAddress(`/runtimes/${runtime}/${door}?${query}`))
      expect(address?.names.length ?? 1).toBeGreaterThan(0)
      unlessRefused(() => afterOf(query))
    }),
    { numRuns: RUNS },
  )
})

test('[D2] however a session speaks, and wherever its peer is cut off, the peer has heard every word once', () => {
  const words = fc.array(
    fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), fc.constant('\ud83d'), fc.constant('\ude00')),
    { minLength: 1, maxLength: 6 },
  )
  const step = fc.record({ words, isKept: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), fc.nat(), fc.nat(), (steps, where, again) => {
      const log = spoken(steps)
      const whole = heardText(deliver(log, undefined))
      const first = deliver(log, undefined)
      const cutAt = where % (first.length + 1)
      const before = first.slice(0, cutAt)
      const place = before.at(-1)?.place
      const rest = deliver(log, place)
      // And cut off once more.
      const secondCut = again % (rest.length + 1)
      const middle = rest.slice(0, secondCut)
      const last = deliver(log, middle.at(-1)?.place ?? place)
      expect(heardText([...before, ...middle, ...last])).toBe(whole)
    }),
    { numRuns: RUNS },
  )
})

interface Spoken {
  readonly events: readonly Event[]
}
type Event = { readonly type: string; readonly seq: number; readonly sub?: number; readonly [field: string]: unknown }
// biome-ignore lint/suspicious/noExplicitAny: frames of another protocol, read field by field
type Frame = { readonly place?: string; readonly [field: string]: any }

/** The events of one turn whose steps say these words, and keep what they said or take it back. */
function spoken(steps: readonly { readonly words: readonly string[]; readonly isKept: boolean }[]): Spoken {
  const events: Event[] = [{ type: 'turn.started', seq: 1, at: 0, turn: 't1', cause: 'input', inputs: [], attempt: 1 }]
  steps.forEach(({ words, isKept }, index) => {
    const seq = index + 1
    const name = `t1.${seq}`
    const said = { turn: 't1', step: name }
    for (const [sub, text] of words.entries()) {
      events.push({ type: 'chunk.text', seq, sub: sub + 1, at: 0, ...said, part: '0', text })
    }
    const message = { role: 'assistant', parts: [{ type: 'text', text: words.join('') }] }
    if (isKept) events.push({ type: 'message.committed', seq: seq + 1, at: 0, ...said, message })
    else events.push({ type: 'step.rolledback', seq: seq + 1, at: 0, ...said, reason: 'error' })
  })
  events.push({
    type: 'turn.ended',
    seq: steps.length + 2,
    at: 0,
    turn: 't1',
    outcome: 'completed',
    finishReason: 'stop',
  })
  return { events }
}

/** What a peer is told that comes from this place, once all was said: drafts are gone where their step is committed. */
function deliver({ events }: Spoken, place: string | undefined): Frame[] {
  const after = place === undefined ? undefined : afterOf(place)!
  const told = new ArticleSpeech({
    address: { sessionId: 's', agentId: 'a', agentAliasId: 'p' },
    agent: 'echo',
    session: 's',
    after,
    encoding: 'text',
    mostCharacters: 7,
    commandId: () => 'id',
  })
  const [seq, sub = 0] = (after?.place ?? '0').split('.').map(Number)
  const missed = events.filter((event) => {
    const isAfter = event.seq > seq! || (event.seq === seq && (event.sub ?? 0) > sub)
    // Whoever comes back finds the log: what is a draft yet is of no step that has ended.
    return isAfter && (after === undefined || event.sub === undefined)
  })
  return missed.flatMap((event) => (told.told(event as never).tell ?? []).map((frame) => JSON.parse(frame) as Frame))
}

/** What a peer has on its screen after these frames. */
function heardText(frames: readonly Frame[]): string {
  return frames.reduce((text, { chunk, rollback }) => {
    if (rollback) return text.slice(0, text.length - rollback.characters)
    return chunk ? text + chunk.bytes : text
  }, '')
}

test('[D1] text that is cut is whole again, and no piece ends in half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 9 }), (text, most) => {
      const pieces = cut(text, most)
      expect(pieces.join('')).toBe(text)
      for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(most)
      for (const piece of pieces.slice(0, -1)) expect(/[\ud800-\udbff]$/.test(piece)).toBe(false)
    }),
    { numRuns: RUNS },
  )
})

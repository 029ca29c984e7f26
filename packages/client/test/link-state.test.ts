import { describe, expect, test } from 'vitest'
import { backOff } from '../src/link/back-off.ts'
import { type LinkInput, type LinkState, step } from '../src/link/link-state.ts'
import { localError } from '../src/longwire-error.ts'

const error = localError('client_closed')

const STATES: { [K in LinkState['kind']]: Extract<LinkState, { kind: K }> } = {
  idle: { kind: 'idle' },
  connecting: { kind: 'connecting', attempt: 3, wire: 'sse' },
  online: { kind: 'online', attempt: 3, wire: 'sse', since: 1_000, connection: 'c', principal: 'p', heartbeatMs: 100 },
  waiting: { kind: 'waiting', attempt: 3, wire: 'sse', until: 9_000, why: 'cut' },
  closed: { kind: 'closed', error },
}

const INPUTS: { [T in LinkInput['type']]: Extract<LinkInput, { type: T }> } = {
  want: { type: 'want', wire: 'websocket' },
  welcome: { type: 'welcome', at: 2_000, wire: 'websocket', connection: 'c2', principal: 'p', heartbeatMs: 100 },
  blocked: { type: 'blocked', next: 'poll' },
  lost: { type: 'lost', why: 'cut', at: 2_000, chance: 0.5, next: 'websocket' },
  unneeded: { type: 'unneeded' },
  due: { type: 'due' },
  woken: { type: 'woken' },
  end: { type: 'end', error },
}

type Kind = LinkState['kind']
const TABLE: Record<Kind, Record<LinkInput['type'], Kind>> = {
  idle: {
    want: 'connecting',
    welcome: 'idle',
    blocked: 'idle',
    lost: 'idle',
    unneeded: 'idle',
    due: 'idle',
    woken: 'idle',
    end: 'closed',
  },
  connecting: {
    want: 'connecting',
    welcome: 'online',
    blocked: 'connecting',
    lost: 'waiting',
    unneeded: 'idle',
    due: 'connecting',
    woken: 'connecting',
    end: 'closed',
  },
  online: {
    want: 'online',
    welcome: 'online',
    blocked: 'online',
    lost: 'waiting',
    unneeded: 'idle',
    due: 'online',
    woken: 'online',
    end: 'closed',
  },
  waiting: {
    want: 'waiting',
    welcome: 'waiting',
    blocked: 'waiting',
    lost: 'waiting',
    unneeded: 'idle',
    due: 'connecting',
    woken: 'connecting',
    end: 'closed',
  },
  closed: {
    want: 'closed',
    welcome: 'closed',
    blocked: 'closed',
    lost: 'closed',
    unneeded: 'closed',
    due: 'closed',
    woken: 'closed',
    end: 'closed',
  },
}

/** Where the state stays of its kind and is another all the same: another wire is tried, or has taken over. */
const MOVES_WITHIN: ReadonlySet<string> = new Set(['connecting blocked', 'online welcome'])

describe('the link', () => {
  for (const [from, row] of Object.entries(TABLE)) {
    for (const [input, to] of Object.entries(row)) {
      test(`[K2] when it is ${from}, ${input} leads to ${to}`, () => {
        const before = STATES[from as LinkState['kind']]
        const after = step(before, INPUTS[input as LinkInput['type']])
        expect(after.kind).toBe(to)
        if (to === from && !MOVES_WITHIN.has(`${from} ${input}`)) expect(after).toBe(before)
      })
    }
  }

  test('[K2] a wait is a chance of a ceiling that doubles from 0.2 to 20 seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000].map((attempt) => backOff(attempt, 0.999_999))).toEqual([
      199, 399, 799, 1_599, 3_199, 6_399, 12_799, 19_999, 19_999, 19_999,
    ])
    expect(backOff(9, 0)).toBe(0)
  })

  test('[K2] a line that held for five seconds was a good one: its loss counts as the first', () => {
    const lost = (at: number) => step(STATES.online, { ...INPUTS.lost, at })
    expect(lost(5_999)).toMatchObject({ kind: 'waiting', attempt: 3 })
    expect(lost(6_000)).toMatchObject({ kind: 'waiting', attempt: 1, until: 6_100 })
  })

  test('[K2] the next try after a wait counts one more', () => {
    expect(step(STATES.waiting, INPUTS.due)).toEqual({ kind: 'connecting', attempt: 4, wire: 'sse' })
  })

  test('[K2] the delay of a goaway is kept as it is, and retryAfterMs is the least wait', () => {
    expect(step(STATES.online, { ...INPUTS.lost, delayMs: 1_234 })).toMatchObject({ until: 3_234 })
    expect(step(STATES.online, { ...INPUTS.lost, atLeastMs: 60_000 })).toMatchObject({ until: 62_000 })
    expect(step(STATES.online, { ...INPUTS.lost, atLeastMs: 1 })).toMatchObject({ until: 2_400 })
  })

  test('[K31] a wire that is blocked gives way to the next one in the same attempt', () => {
    expect(step(STATES.connecting, INPUTS.blocked)).toEqual({ kind: 'connecting', attempt: 3, wire: 'poll' })
  })

  test('[K32] a line that is welcome on another wire takes over from the one that is there', () => {
    expect(step(STATES.online, INPUTS.welcome)).toMatchObject({ wire: 'websocket', connection: 'c2', attempt: 3 })
  })

  test('[K33] waking cuts a wait short, but not the one that a goaway named', () => {
    const goingAway = { ...STATES.waiting, why: 'going_away' } as const
    expect(step(STATES.waiting, INPUTS.woken)).toEqual({ kind: 'connecting', attempt: 4, wire: 'sse' })
    expect(step(goingAway, INPUTS.woken)).toBe(goingAway)
  })
})

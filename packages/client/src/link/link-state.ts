import type { LongwireError } from '../longwire-error.ts'
import type { WireName } from '../wire/wire.ts'
import { backOff } from './back-off.ts'

/** A line that held for so long was a good one: the next loss of it counts as the first. */
const GOOD_LINE_MS = 5_000

/*        want                    welcome
 *  idle ──────► connecting ──────────────────► online ◄─┐ welcome, on
 *   ▲     next   ▲  ▲  │                         │ └────┘ another wire
 *   │     wire └─┘  │  │ lost                    │
 *   │     blocked   │  ▼                         │
 *   │   due, woken  waiting ◄──────── lost ──────┤
 *   └──────────────────────── unneeded ──────────┘
 *                 any ── end ──► closed                      */
export type LinkState =
  | { readonly kind: 'idle' }
  /** `attempt` counts the tries since the last good line, from 1. */
  | { readonly kind: 'connecting'; readonly attempt: number; readonly wire: WireName }
  | {
      readonly kind: 'online'
      readonly attempt: number
      readonly wire: WireName
      readonly since: number
      readonly connection: string
      readonly principal: string
      readonly heartbeatMs: number
    }
  | {
      readonly kind: 'waiting'
      readonly attempt: number
      /** The one that is tried next. */
      readonly wire: WireName
      readonly until: number
      readonly why: Loss
    }
  | { readonly kind: 'closed'; readonly error: LongwireError }

/** Why a line was lost: the server went away on purpose, nothing was heard for too long, or it was cut. */
export type Loss = 'going_away' | 'silent' | 'cut'

export type LinkInput =
  | { readonly type: 'want'; readonly wire: WireName }
  | {
      readonly type: 'welcome'
      readonly at: number
      readonly wire: WireName
      readonly connection: string
      readonly principal: string
      readonly heartbeatMs: number
    }
  /** This wire did not get through, and another may. */
  | { readonly type: 'blocked'; readonly next: WireName }
  | {
      readonly type: 'lost'
      readonly why: Loss
      readonly at: number
      readonly chance: number
      readonly next: WireName
      /** The server named the delay: it is kept as it is. */
      readonly delayMs?: number | undefined
      /** The server asked to be left alone for at least so long. */
      readonly atLeastMs?: number | undefined
    }
  | { readonly type: 'unneeded' }
  | { readonly type: 'due' }
  /** The network is back, or the page: waiting for chance makes no sense any more. */
  | { readonly type: 'woken' }
  | { readonly type: 'end'; readonly error: LongwireError }

/** The next state. An input that means nothing here returns the same object. */
export function step(state: LinkState, input: LinkInput): LinkState {
  if (state.kind === 'closed') return state
  switch (input.type) {
    case 'want':
      return state.kind === 'idle' ? { kind: 'connecting', attempt: 1, wire: input.wire } : state
    case 'welcome': {
      if (state.kind !== 'connecting' && state.kind !== 'online') return state
      const { at, wire, connection, principal, heartbeatMs } = input
      return { kind: 'online', attempt: state.attempt, wire, since: at, connection, principal, heartbeatMs }
    }
    case 'blocked':
      return state.kind === 'connecting' ? { ...state, wire: input.next } : state
    case 'lost':
      return state.kind === 'connecting' || state.kind === 'online' ? waiting(state, input) : state
    case 'unneeded':
      return state.kind === 'idle' ? state : { kind: 'idle' }
    case 'due':
      return state.kind === 'waiting' ? tryAgain(state) : state
    case 'woken':
      return state.kind === 'waiting' && state.why !== 'going_away' ? tryAgain(state) : state
    case 'end':
      return { kind: 'closed', error: input.error }
  }
}

type Waiting = Extract<LinkState, { kind: 'waiting' }>
type Losing = Extract<LinkState, { kind: 'connecting' | 'online' }>

function tryAgain({ attempt, wire }: Waiting): LinkState {
  return { kind: 'connecting', attempt: attempt + 1, wire }
}

function waiting(state: Losing, lost: Extract<LinkInput, { type: 'lost' }>): Waiting {
  const { why, at, chance, next, delayMs, atLeastMs } = lost
  const wasGood = state.kind === 'online' && at - state.since >= GOOD_LINE_MS
  const attempt = wasGood ? 1 : state.attempt
  const wait = delayMs ?? Math.max(atLeastMs ?? 0, backOff(attempt, chance))
  return { kind: 'waiting', attempt, wire: next, until: at + wait, why }
}

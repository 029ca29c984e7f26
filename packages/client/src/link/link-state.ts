import type { LongwireError } from '../longwire-error.ts'
import { backOff } from './back-off.ts'

/** A line that held for so long was a good one: the next loss of it counts as the first. */
const GOOD_LINE_MS = 5_000

/*            want                  welcome
 *    idle ─────────► connecting ─────────────► online
 *     ▲                 ▲   │                    │
 *     │             due │   │ lost               │ lost
 *     │                 │   ▼                    │
 *     │               waiting ◄──────────────────┤
 *     └──────────────────────── unneeded ────────┘
 *                 any ── end ──► closed                      */
export type LinkState =
  | { readonly kind: 'idle' }
  /** `attempt` counts the tries since the last good line, from 1. */
  | { readonly kind: 'connecting'; readonly attempt: number }
  | {
      readonly kind: 'online'
      readonly attempt: number
      readonly since: number
      readonly connection: string
      readonly principal: string
      readonly heartbeatMs: number
    }
  | { readonly kind: 'waiting'; readonly attempt: number; readonly until: number; readonly why: Loss }
  | { readonly kind: 'closed'; readonly error: LongwireError }

/** Why a line was lost: the server went away on purpose, nothing was heard for too long, or it was cut. */
export type Loss = 'going_away' | 'silent' | 'cut'

export type LinkInput =
  | { readonly type: 'want' }
  | {
      readonly type: 'welcome'
      readonly at: number
      readonly connection: string
      readonly principal: string
      readonly heartbeatMs: number
    }
  | {
      readonly type: 'lost'
      readonly why: Loss
      readonly at: number
      readonly chance: number
      /** The server named the delay: it is kept as it is. */
      readonly delayMs?: number | undefined
      /** The server asked to be left alone for at least so long. */
      readonly atLeastMs?: number | undefined
    }
  | { readonly type: 'unneeded' }
  | { readonly type: 'due' }
  | { readonly type: 'end'; readonly error: LongwireError }

/** The next state. An input that means nothing here returns the same object. */
export function step(state: LinkState, input: LinkInput): LinkState {
  if (state.kind === 'closed') return state
  switch (input.type) {
    case 'want':
      return state.kind === 'idle' ? { kind: 'connecting', attempt: 1 } : state
    case 'welcome': {
      if (state.kind !== 'connecting') return state
      const { at, connection, principal, heartbeatMs } = input
      return { kind: 'online', attempt: state.attempt, since: at, connection, principal, heartbeatMs }
    }
    case 'lost':
      return state.kind === 'connecting' || state.kind === 'online' ? waiting(state, input) : state
    case 'unneeded':
      return state.kind === 'idle' ? state : { kind: 'idle' }
    case 'due':
      return state.kind === 'waiting' ? { kind: 'connecting', attempt: state.attempt + 1 } : state
    case 'end':
      return { kind: 'closed', error: input.error }
  }
}

type Losing = Extract<LinkState, { kind: 'connecting' | 'online' }>

function waiting(state: Losing, { why, at, chance, delayMs, atLeastMs }: Extract<LinkInput, { type: 'lost' }>) {
  const wasGood = state.kind === 'online' && at - state.since >= GOOD_LINE_MS
  const attempt = wasGood ? 1 : state.attempt
  const wait = delayMs ?? Math.max(atLeastMs ?? 0, backOff(attempt, chance))
  return { kind: 'waiting', attempt, until: at + wait, why } as const
}

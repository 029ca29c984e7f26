import { hash } from 'node:crypto'
import type { Commit, SessionCommand } from '@longwire/protocol'
import { inputOf, labelOf } from './schedule-input.ts'

/**
 * What a command asked for, in a few bytes: two commands with one id are the same command when their digests agree.
 * It can be taken from the command and from the commit that the command made, so it survives a restart.
 */
export function commandDigest(said: Commit | SessionCommand): string {
  return hash('sha256', canonical(asked(said)), 'base64url').slice(0, 22)
}

function asked(said: Parameters<typeof commandDigest>[0]): unknown {
  switch (said.type) {
    case 'session.opened':
      return ['open', said.agent]
    case 'input':
    case 'input.accepted':
      return ['input', said.text, said.parts, said.delivery ?? 'queue', said.context]
    case 'withdraw':
    case 'input.returned':
      return ['withdraw', said.input]
    case 'arrange':
      return ['arrange', [...new Set(said.inputs)]]
    case 'inputs.arranged':
      return ['arrange', said.inputs.slice(0, said.named)]
    case 'schedule':
      return ['schedule', said.at, said.everyMs, labelOf(said), inputOf(said)]
    case 'schedule.set':
      return ['schedule', said.from, said.everyMs, said.label, said.input]
    case 'unschedule':
    case 'schedule.ended':
      return ['unschedule', said.schedule]
    case 'describe':
      return ['describe', said.metadata]
    case 'session.described':
      return ['describe', said.changes]
    case 'cancel':
      return ['cancel']
    case 'turn.stopping':
    case 'turn.ended':
      return ['cancel']
    case 'answer': {
      const { approved, reason, editedInput, action, content } = said
      return ['answer', said.request, approved, reason, editedInput, action, content]
    }
    case 'control.settled': {
      const answer = { ...said.answer } as Record<string, unknown>
      const { approved, reason, editedInput, action, content } = answer
      return ['answer', said.request, approved, reason, editedInput, action, content]
    }
    case 'close':
    case 'session.closed':
      return ['close']
    default:
      return [said.type]
  }
}

/** JSON with the keys of every object in one order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )
}

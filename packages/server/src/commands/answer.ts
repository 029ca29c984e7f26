import type { Answer, CommandOf } from '@longwire/protocol'
import { Refusal } from '../refusal.ts'
import type { OpenRequest } from '../session/session-state.ts'
import type { SessionCommandHandler } from './session-command.ts'

/** Settles a request. The first answer wins; a later one is told how it was settled. */
export const answer: SessionCommandHandler<'answer'> = async ({ session, turns }, command, by) => {
  const open = session.state.requests.find(({ request }) => request === command.request)
  if (!open) {
    const settled = session.state.settled.find(({ request }) => request === command.request)
    if (!settled) throw new Refusal('request_not_found', `session ${session.id} never made request ${command.request}`)
    const outcome = { outcome: settled.outcome, answer: settled.answer ?? null, by: settled.by ?? null }
    throw new Refusal('already_settled', `request ${command.request} is ${settled.outcome} already`, { outcome })
  }
  const given = answerTo(open, command)
  const { request, turn } = open
  const seq = await session.commit([
    session.body({
      type: 'control.settled',
      turn,
      request,
      outcome: 'answered',
      answer: given,
      by,
      command: command.id,
    }),
  ])
  turns.settled(request, { outcome: 'answered', answer: given, by })
  return { seq }
}

function answerTo({ kind, request }: OpenRequest, command: CommandOf<'answer'>): Answer {
  const { approved, reason, editedInput, action, content } = command
  if (kind === 'approval') {
    if (approved === undefined || action !== undefined || content !== undefined) {
      throw new Refusal('bad_field', `request ${request} is an approval: answer with approved, reason, editedInput`)
    }
    return { approved, reason, editedInput }
  }
  if (action === undefined || approved !== undefined || reason !== undefined || editedInput !== undefined) {
    throw new Refusal('bad_field', `request ${request} is a ${kind}: answer with action and content`)
  }
  return { action, content }
}

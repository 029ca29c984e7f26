import type { Answer, CommandOf } from '@longwire/protocol'
import { hasRole } from '../auth/access.ts'
import { Refusal } from '../refusal.ts'
import type { Session } from '../session/session.ts'
import type { OpenRequest } from '../session/session-state.ts'
import { schemaFault } from './schema-fault.ts'
import type { SessionCommandHandler } from './session-command.ts'

/** Settles a request. The first answer wins; a later one is told how it was settled. */
export const answer: SessionCommandHandler<'answer'> = async (
  { session, turns },
  command,
  { principal: by, roles },
) => {
  const open = session.state.requests.find(({ request }) => request === command.request)
  if (!open) throw alreadySettled(session, command.request)
  if (open.to !== undefined && !hasRole({ roles }, open.to)) {
    throw new Refusal('forbidden', `request ${open.request} is for ${open.to} to answer`)
  }
  if (command.hash !== undefined && command.hash !== open.hash) {
    throw new Refusal('bad_field', `request ${open.request} shows another input than the one that was answered`)
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

function alreadySettled(session: Session, request: string): Refusal {
  const settled = session.state.settled.find((each) => each.request === request)
  if (!settled) return new Refusal('request_not_found', `session ${session.id} never made request ${request}`)
  const outcome = { outcome: settled.outcome, answer: settled.answer ?? null, by: settled.by ?? null }
  return new Refusal('already_settled', `request ${request} is ${settled.outcome} already`, { outcome })
}

function answerTo(request: OpenRequest, command: CommandOf<'answer'>): Answer {
  return request.kind === 'approval' ? approval(request, command) : reply(request, command)
}

function approval(request: OpenRequest, command: CommandOf<'answer'>): Answer {
  const { approved, reason, editedInput, action, content } = command
  if (approved === undefined || action !== undefined || content !== undefined) {
    const { request: id } = request
    throw new Refusal('bad_field', `request ${id} is an approval: answer with approved, reason, editedInput`)
  }
  if (editedInput !== undefined) {
    const fault = schemaFault(request.schema, editedInput)
    if (fault) throw new Refusal('bad_field', `editedInput is not an input of this tool: ${fault}`)
  }
  return { approved, reason, editedInput }
}

function reply({ request, kind, schema, options }: OpenRequest, command: CommandOf<'answer'>): Answer {
  const { approved, reason, editedInput, action, content } = command
  if (action === undefined || approved !== undefined || reason !== undefined || editedInput !== undefined) {
    throw new Refusal('bad_field', `request ${request} is a ${kind}: answer with action and content`)
  }
  if (action !== 'accept') return { action, content }
  if (kind === 'form') {
    const fault = schemaFault(schema, content ?? null)
    if (fault) throw new Refusal('bad_field', `content is not what the form wants: ${fault}`)
  }
  if (kind === 'choice' && options !== undefined && !options.some(({ value }) => value === chosen(content))) {
    const values = options.map(({ value }) => value).join(', ')
    throw new Refusal('bad_field', `content must be one of ${values}, or { "choice": one of them }`)
  }
  return { action, content }
}

/** A choice comes as the value alone, or as an object that names it and may say more. */
function chosen(content: unknown): unknown {
  return content !== null && typeof content === 'object' && 'choice' in content ? content.choice : content
}

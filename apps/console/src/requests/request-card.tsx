import './requests.css'
import type { Answer } from '@longwire/protocol'
import type { RequestView } from '@longwire/view'
import { Check, Clock, Hand, Undo2, X } from 'lucide-react'
import { useStay } from '../line/stay-context.ts'
import type { Talks } from '../line/talks.ts'
import { useNow } from '../shell/use-now.ts'
import { spell } from '../shell/words.ts'
import { Approval } from './approval.tsx'
import { Changes } from './changes.tsx'
import { Choice } from './choice.tsx'
import { ClientTool } from './client-tool.tsx'
import { FormRequest } from './form-request.tsx'

/** What the agent asks: answered here as long as it is open, told how it ended afterwards. */
export function RequestCard({ request, live }: { request: RequestView; live: Talks }) {
  return request.settledAt === undefined ? <Open request={request} live={live} /> : <Settled request={request} />
}

const KINDS: Record<RequestView['kind'], string> = {
  approval: 'Needs your approval',
  form: 'Asks you',
  choice: 'Asks you to choose',
  'client-tool': 'Asks for something from your side',
}

function Open({ request, live }: { request: RequestView; live: Talks }) {
  const stay = useStay()
  const id = `request-${request.request}`
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be reached by a shortcut
    <div className="request" data-request={request.request} role="group" aria-labelledby={id} tabIndex={-1}>
      <header className="request-head">
        <Hand size={15} aria-hidden="true" />
        <span>{KINDS[request.kind]}</span>
        <TimeLeft request={request} />
      </header>
      <p className="request-message" id={id}>
        {request.message}
      </p>
      {request.to === undefined ? null : <p className="request-to">Only a {request.to} may answer.</p>}
      {stay.kind === 'watch' ? (
        <p className="request-to">Somebody who may answer is asked.</p>
      ) : (
        <Body request={request} live={live} />
      )}
    </div>
  )
}

function Body({ request, live }: { request: RequestView; live: Talks }) {
  switch (request.kind) {
    case 'approval':
      return <Approval request={request} live={live} />
    case 'form':
      return <FormRequest request={request} live={live} />
    case 'choice':
      return <Choice request={request} live={live} />
    case 'client-tool':
      return <ClientTool request={request} live={live} />
  }
}

const AFTERWARDS: Record<NonNullable<RequestView['onExpiry']>, string> = {
  deny: 'then it is denied',
  approve: 'then it is approved',
  fail: 'then the turn fails',
  escalate: 'then somebody else is asked',
}

function TimeLeft({ request: { askedAt, expiresAt, onExpiry } }: { request: RequestView }) {
  const now = useNow(1_000, expiresAt !== undefined)
  if (expiresAt === undefined) return null
  const left = Math.max(0, expiresAt - now)
  const share = left / Math.max(1, expiresAt - askedAt)
  return (
    <span className={left < 60_000 ? 'time-left short' : 'time-left'}>
      <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.5" className="time-ring" />
        <circle cx="8" cy="8" r="6.5" className="time-rest" pathLength={1} strokeDasharray={`${share} 1`} />
      </svg>
      <span className="figures">{spell(left)} left</span>
      {onExpiry === undefined ? null : <span className="time-then">{AFTERWARDS[onExpiry]}</span>}
    </span>
  )
}

function Settled({ request }: { request: RequestView }) {
  const { Icon, says, mood } = outcomeOf(request)
  const { answer } = request
  const edited = answer && 'editedInput' in answer ? answer.editedInput : undefined
  const reason = answer && 'reason' in answer ? answer.reason : undefined
  return (
    <div className={`settled ${mood}`}>
      <p>
        <Icon size={14} aria-hidden="true" />
        <span>
          {request.call === undefined ? <span className="settled-question">{request.message} </span> : null}
          <strong>{says}</strong>
          {reason ? `: “${reason}”` : ''}
        </span>
      </p>
      {edited === undefined ? null : <Changes before={request.input ?? null} after={edited} />}
      {answer && 'content' in answer && answer.content !== undefined ? <Content content={answer.content} /> : null}
    </div>
  )
}

/** How a request ended, in a few words. */
export function outcomeInWords(request: RequestView): string | undefined {
  return request.settledAt === undefined ? undefined : outcomeOf(request).says
}

function outcomeOf({ outcome, answer, by }: RequestView) {
  if (outcome === 'expired') return { Icon: Clock, says: 'Nobody answered in time', mood: 'late' }
  if (outcome === 'withdrawn') return { Icon: Undo2, says: 'No longer asked', mood: 'late' }
  const who = by === undefined || by === 'local' ? '' : ` by ${by}`
  if (saysYes(answer)) {
    const isApproval = answer !== undefined && 'approved' in answer
    const isEdited = answer !== undefined && 'editedInput' in answer && answer.editedInput !== undefined
    return {
      Icon: Check,
      says: `${isApproval ? 'Approved' : 'Answered'}${isEdited ? ' with changes' : ''}${who}`,
      mood: 'yes',
    }
  }
  return {
    Icon: X,
    says: `${answer && 'action' in answer && answer.action === 'cancel' ? 'Sent away' : 'Declined'}${who}`,
    mood: 'no',
  }
}

function saysYes(answer: Answer | undefined): boolean {
  if (answer === undefined) return false
  return 'approved' in answer ? answer.approved : answer.action === 'accept'
}

function Content({ content }: { content: unknown }) {
  if (content === null || typeof content !== 'object') return <p className="settled-content">{String(content)}</p>
  return (
    <dl className="settled-content">
      {Object.entries(content).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === 'object' ? JSON.stringify(value) : String(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

import type { RequestAnswer } from '@longwire/client'
import type { Json } from '@longwire/protocol'
import { emptyView, type RequestView } from '@longwire/view'
import { useMemo } from 'react'
import { asked } from '../line/asked.ts'
import { useStay } from '../line/stay-context.ts'
import type { Talks } from '../line/talks.ts'
import { RequestCard } from '../requests/request-card.tsx'
import { useNow } from '../shell/use-now.ts'
import { ago } from '../shell/words.ts'
import { doorOf, type OperatedRequest, posted } from './doors.ts'
import { useDoor } from './use-door.ts'

const EVERY_MS = 2_000

/** Everything that agents wait for, across all sessions: answered here by whoever has the role that is asked. */
export function InboxPanel() {
  const door = useDoor<{ requests: readonly OperatedRequest[] }>('/v1/operator/requests?limit=200', EVERY_MS)
  const requests = door.body?.requests
  return (
    <>
      {door.error === undefined ? null : (
        <p className="inspect-error" role="alert">
          {door.error}
        </p>
      )}
      {requests?.length === 0 ? <p className="op-empty">No agent waits for anybody.</p> : null}
      <ul className="op-inbox" aria-label="Open requests, oldest first">
        {requests?.map((request) => (
          <li key={`${request.key} ${request.request}`}>
            <Asked request={request} onAnswered={door.again} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Asked({ request, onAnswered }: { request: OperatedRequest; onAnswered: () => void }) {
  const stay = useStay()
  const now = useNow(10_000)
  const { key, session, principal, agent, askedAt } = request
  const talks: Talks = useMemo(
    () => ({
      session: {
        id: session,
        view: emptyView(),
        async answer(to: string, given: RequestAnswer) {
          const body = { request: to, ...given } as Readonly<Record<string, Json | undefined>>
          await asked(stay, doorOf(key, 'answer'), posted(body))
          onAnswered()
        },
        send() {
          throw new Error('an operator answers here, and says nothing else')
        },
      },
    }),
    [stay, key, session, onAnswered],
  )
  const view: RequestView = useMemo(
    () => ({ ...request, askedAt: askedAt ?? Date.now() }) as unknown as RequestView,
    [request, askedAt],
  )
  return (
    <>
      <p className="op-asked">
        <strong>{agent}</strong>
        <span>for {principal}</span>
        {askedAt === undefined ? null : <span className="figures">{ago(askedAt, now)}</span>}
      </p>
      <RequestCard request={view} live={talks} />
    </>
  )
}

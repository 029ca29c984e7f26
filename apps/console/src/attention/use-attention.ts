import type { SessionInfo } from '@longwire/client'
import { useEffect, useRef } from 'react'
import { useLocation, useRoute } from 'wouter'
import { useSessions } from '../sessions/session-list-context.ts'
import { titleOf } from '../sessions/title.ts'
import { addressOf, sessionsIn } from '../shell/routes.ts'
import { toasts } from '../shell/toast.ts'
import { type Notice, needing, noticesBetween } from './attention.ts'
import { showBadge } from './badge.ts'
import { notify } from './notify.ts'

/** Lets the person know when an agent needs them, or has finished where they are not looking. */
export function useAttention(): void {
  const { sessions } = useSessions()
  const [, go] = useLocation()
  const [, params] = useRoute('/s/:ids')
  const before = useRef<readonly SessionInfo[]>([])
  const looking = useRef(new Set<string>())
  looking.current = new Set(sessionsIn(params?.ids ?? ''))

  useEffect(() => {
    const notices = noticesBetween(before.current, sessions)
    before.current = sessions
    for (const notice of notices) tell(notice, looking.current, go)
  }, [sessions, go])

  const count = needing(sessions)
  useEffect(() => showBadge(count), [count])
}

/** Who is not at the page is told outside of it; who is there and looks at something else, in a corner of it. */
function tell(notice: Notice, looking: ReadonlySet<string>, go: (address: string) => void): void {
  const { kind, session } = notice
  if (document.hidden || !document.hasFocus()) {
    notify(notice, go)
    return
  }
  if (looking.has(session.session)) return
  const id = toasts.add({
    title: kind === 'needs' ? `${session.agent} needs you` : `${session.agent} has finished`,
    description: titleOf(session),
    timeout: kind === 'needs' ? 15_000 : 6_000,
    actionProps: {
      children: 'Look',
      onClick: () => {
        go(addressOf([session.session]))
        toasts.close(id)
      },
    },
  })
}

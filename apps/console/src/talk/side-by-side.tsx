import { useLocation } from 'wouter'
import { addressOf, sessionsIn } from '../shell/routes.ts'
import { useShell } from '../shell/shell-context.ts'
import { Pane } from './pane.tsx'

/** One session, or several beside each other on the one line. */
export function SideBySide({ ids }: { ids: string }) {
  const { isNarrow } = useShell()
  const [, go] = useLocation()
  const sessions = sessionsIn(ids)
  const shown = isNarrow ? sessions.slice(0, 1) : sessions
  return (
    <div className="side-by-side" data-count={shown.length}>
      {shown.map((session) => (
        <Pane
          key={session}
          session={session}
          isAlone={shown.length === 1}
          onLeave={() => go(addressOf(sessions.filter((each) => each !== session)))}
        />
      ))}
    </div>
  )
}

import { Button } from '@base-ui/react/button'
import { useLocation } from 'wouter'
import { Boundary } from '../shell/boundary.tsx'
import { addressOf, sessionsIn } from '../shell/routes.ts'
import { useShell } from '../shell/shell-context.ts'
import { Pane } from './pane.tsx'
import { PaneHead } from './pane-head.tsx'

/** One session, or several beside each other on the one line. */
export default function SideBySide({ ids }: { ids: string }) {
  const { isNarrow } = useShell()
  const [, go] = useLocation()
  const sessions = sessionsIn(ids)
  const shown = isNarrow ? sessions.slice(0, 1) : sessions
  return (
    <div className="side-by-side" data-count={shown.length}>
      {shown.map((session) => (
        <Boundary key={session} fallback={<Broken />}>
          <Pane
            session={session}
            isAlone={shown.length === 1}
            onLeave={() => go(addressOf(sessions.filter((each) => each !== session)))}
          />
        </Boundary>
      ))}
    </div>
  )
}

function Broken() {
  return (
    <section className="pane lost">
      <PaneHead title="" />
      <div className="lost-note" role="alert">
        <h2>This page has a fault</h2>
        <p>The session is not touched by it. Load the page again to go on.</p>
        <Button className="button" onClick={() => location.reload()}>
          Load again
        </Button>
      </div>
    </section>
  )
}

import { Eye } from 'lucide-react'
import { useEffect } from 'react'
import { useLive, useLiveState } from '../line/use-live.ts'
import { titleIn } from '../sessions/title.ts'
import { LineStatus } from '../shell/line-status.tsx'
import { Mark } from '../shell/mark.tsx'
import { Announcements } from './announcements.tsx'
import { CaughtUp } from './caught-up.tsx'
import './talk.css'
import { Transcript } from './transcript.tsx'

/** The page behind a link that was shared: one session, to be watched and nothing else. */
export default function Watch({ session }: { session: string }) {
  const live = useLive(session)
  const state = useLiveState(live)
  const title = state.view.session === '' ? '' : titleIn(state.view)
  useEffect(() => {
    document.title = title === '' ? 'Longwire' : `${title} · Longwire`
  }, [title])
  return (
    <main className="pane watch" aria-label={title || 'Session'}>
      <header className="pane-head">
        <Mark />
        <div className="pane-title">
          <h1>{title}</h1>
          <p className="pane-about">
            <span className="chip accent">
              <Eye size={13} aria-hidden="true" />
              You are watching
            </span>
          </p>
        </div>
        <LineStatus />
      </header>
      {state.error ? (
        <div className="lost-note" role="alert">
          <h2>This link leads nowhere any more</h2>
          <p>It was taken back, it ran out, or the session was erased. Ask for a new one.</p>
        </div>
      ) : (
        <div className="pane-body">
          <div className="talk">
            <Transcript live={live} state={state} />
            <CaughtUp state={state} />
          </div>
        </div>
      )}
      <Announcements state={state} />
    </main>
  )
}

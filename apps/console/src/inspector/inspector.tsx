import './inspector.css'
import { Tabs } from '@base-ui/react/tabs'
import { useView } from '@longwire/react'
import { useEffect, useMemo } from 'react'
import { useLocation } from 'wouter'
import { asked } from '../line/asked.ts'
import type { LiveSession } from '../line/live-session.ts'
import { useStay } from '../line/stay-context.ts'
import { useLive, useLiveState } from '../line/use-live.ts'
import { titleIn } from '../sessions/title.ts'
import { addressOf } from '../shell/routes.ts'
import { attempt } from '../shell/toast.ts'
import { PaneHead } from '../talk/pane-head.tsx'
import { FaultsPanel } from './faults-panel.tsx'
import { tap } from './frame-tap.ts'
import { FramesPanel } from './frames-panel.tsx'
import { LogPages } from './log-pages.ts'
import { LogPanel } from './log-panel.tsx'
import { readLogOf } from './read-log.ts'
import { eventsPassed, Recording } from './recording.ts'
import { ReplayPanel } from './replay-panel.tsx'

/** For whoever builds with Longwire: what passes, what is in the log, what it was at any place, and what happens when it breaks. */
export default function Inspector({ session }: { session: string | undefined }) {
  return session === undefined ? <Panels session={undefined} /> : <OfSession session={session} />
}

function OfSession({ session }: { session: string }) {
  const live = useLive(session)
  return <Panels session={session} live={live} />
}

function Panels({ session, live }: { session: string | undefined; live?: LiveSession }) {
  const [, go] = useLocation()
  return (
    <section className="pane inspector" aria-label="Inspector">
      <PaneHead
        title="Inspector"
        about={live ? <About live={live} /> : <p className="pane-about">All that passes on this page</p>}
      />
      <Tabs.Root className="inspect-tabs" defaultValue="frames">
        <Tabs.List className="segments" aria-label="What to look at">
          <Tabs.Tab className="segment" value="frames">
            Frames
          </Tabs.Tab>
          {live ? (
            <Tabs.Tab className="segment" value="log">
              Log
            </Tabs.Tab>
          ) : null}
          <Tabs.Tab className="segment" value="replay">
            Replay
          </Tabs.Tab>
          <Tabs.Tab className="segment" value="faults">
            Faults
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="frames" className="inspect-tab">
          <FramesPanel tap={tap} />
        </Tabs.Panel>
        {live ? <OfLog live={live} onForked={(fork) => go(addressOf([fork]))} /> : null}
        {live ? null : (
          <Tabs.Panel value="replay" className="inspect-tab">
            <ReplayPanel sources={[]} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="faults" className="inspect-tab">
          <FaultsPanel session={session} />
        </Tabs.Panel>
      </Tabs.Root>
    </section>
  )
}

function About({ live }: { live: LiveSession }) {
  const { view } = useLiveState(live)
  return (
    <p className="pane-about">
      <span>{view.session === '' ? 'A session' : titleIn(view)}</span>
      <span className="figures">at {view.at}</span>
    </p>
  )
}

function OfLog({ live, onForked }: { live: LiveSession; onForked: (session: string) => void }) {
  const stay = useStay()
  const { id } = live.session
  const head = useHead(live)
  const log = useMemo(() => new LogPages(readLogOf(stay, id)), [stay, id])
  useEffect(() => log.grown(head), [log, head])

  const fork = (seq: number) =>
    attempt('The session could not be forked', async () => {
      const made = await asked<{ session: string }>(stay, `/v1/sessions/${encodeURIComponent(id)}/fork`, {
        method: 'POST',
        body: JSON.stringify({ at: String(seq) }),
        headers: { 'content-type': 'application/json' },
      })
      onForked(made.session)
    })
  const sources = [
    {
      name: 'The log of this session',
      load: async () => new Recording(await log.all(head, () => {}, new AbortController().signal)),
    },
    { name: 'What passed here, with drafts', load: async () => eventsPassed(tap.passed, id) },
  ]
  return (
    <>
      <Tabs.Panel value="log" className="inspect-tab">
        <LogPanel log={log} head={head} title={titleIn(live.session.view)} onFork={(seq) => void fork(seq)} />
      </Tabs.Panel>
      <Tabs.Panel value="replay" className="inspect-tab">
        <ReplayPanel sources={sources} />
      </Tabs.Panel>
    </>
  )
}

function useHead(live: LiveSession): number {
  return useView((view) => Number(view.at.split('.')[0]), { session: live.session })
}

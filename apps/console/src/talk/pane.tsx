import './talk.css'
import { Button } from '@base-ui/react/button'
import type { Delivery, InputPart } from '@longwire/protocol'
import { ListTree, X } from 'lucide-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { usePageTitle } from '../attention/use-page-title.ts'
import type { LiveSession } from '../line/live-session.ts'
import type { LiveState } from '../line/use-live.ts'
import { useLive, useLiveState } from '../line/use-live.ts'
import { useSessionList } from '../sessions/session-list-context.ts'
import { SessionMenu } from '../sessions/session-menu.tsx'
import { titleIn } from '../sessions/title.ts'
import { Hint } from '../shell/hint.tsx'
import { keysOf, useShortcuts } from '../shell/shortcuts.ts'
import { attempt } from '../shell/toast.ts'
import { Announcements } from './announcements.tsx'
import { CaughtUp } from './caught-up.tsx'
import { Composer } from './composer.tsx'
import { textOrParts } from './home.tsx'
import { PaneHead } from './pane-head.tsx'
import { Presence } from './presence.tsx'
import { Tasks } from './tasks.tsx'
import { Transcript } from './transcript.tsx'
import { Unsent } from './unsent.tsx'
import { useAgents } from './use-agents.ts'
import { Waiting } from './waiting.tsx'

const Reasoning = lazy(() => import('../reasoning/reasoning.tsx'))

export interface PaneProps {
  readonly session: string
  readonly isAlone: boolean
  readonly onLeave: () => void
}

/** One session: what was said, what goes on, and where to write. */
export function Pane({ session: id, isAlone, onLeave }: PaneProps) {
  const live = useLive(id)
  const state = useLiveState(live)
  const [isReasoningShown, showReasoning] = useState(false)
  const [sent, setSent] = useState(0)
  const [turn, showTurn] = useState<string>()
  const { view } = state
  const title = view.session === '' ? '' : titleIn(view)
  const list = useSessionList()
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the session is at now, the list shall show too
  useEffect(() => list.changed(), [view.status])
  usePageTitle(isAlone ? title : 'Sessions')

  useShortcuts(isAlone ? { reasoning: () => showReasoning((isShown) => !isShown) } : {})

  if (state.error && state.error.code !== 'detached') {
    return <Lost code={state.error.code} message={state.error.message} onLeave={onLeave} />
  }
  return (
    <section className="pane" aria-label={title || 'Session'}>
      <PaneHead title={title} about={<PaneAbout state={state} />}>
        <Hint text={isReasoningShown ? 'Hide the reasoning' : 'Show the reasoning'} keys={keysOf('reasoning')}>
          <Button
            className="button quiet square"
            aria-label="Reasoning"
            aria-pressed={isReasoningShown}
            onClick={() => showReasoning(!isReasoningShown)}
          >
            <ListTree size={17} />
          </Button>
        </Hint>
        <Presence session={live.session} />
        <SessionMenu live={live} state={state} onErased={onLeave} />
        {isAlone ? null : (
          <Hint text="Close this column">
            <Button className="button quiet square" aria-label="Close this column" onClick={onLeave}>
              <X size={17} />
            </Button>
          </Hint>
        )}
      </PaneHead>
      <div className="pane-body">
        <div className="talk">
          <Transcript
            live={live}
            state={state}
            sent={sent}
            onShowReasoning={(wanted) => {
              showTurn(wanted)
              showReasoning(true)
            }}
          />
          <CaughtUp state={state} />
          <Foot live={live} state={state} onSent={() => setSent(sent + 1)} />
        </div>
        {isReasoningShown ? (
          <Suspense fallback={null}>
            <Reasoning live={live} state={state} wanted={turn} want={showTurn} onClose={() => showReasoning(false)} />
          </Suspense>
        ) : null}
      </div>
      <Announcements state={state} />
    </section>
  )
}

function PaneAbout({ state: { view } }: { state: LiveState }) {
  if (view.session === '') return null
  return (
    <p className="pane-about">
      <span>{view.agent}</span>
      {view.closed ? <span className="chip">Closed</span> : null}
    </p>
  )
}

function Foot(props: { live: LiveSession; state: LiveState; onSent: () => void }) {
  const { live, onSent } = props
  const { view, isLoaded } = props.state
  const { session } = live
  const { agents } = useAgents()
  const agent = agents.find(({ name }) => name === view.agent)
  const isRunning = view.turns.at(-1)?.endedAt === undefined && view.turns.length > 0
  if (view.closed)
    return <p className="closed-note">This session is closed. It can be read, and nothing can be added.</p>

  const send = (parts: readonly InputPart[], delivery: Delivery) => {
    onSent()
    return attempt('That could not be sent', () => session.send(textOrParts(parts), { delivery }).accepted)
  }
  return (
    <div className="talk-foot">
      <Tasks tasks={view.tasks} />
      <Unsent session={session} />
      <Waiting live={live} waiting={view.waiting} />
      <Composer
        draftKey={session.id}
        label={view.agent === '' ? 'Write' : `Write to ${view.agent}`}
        inputModes={agent?.inputModes ?? []}
        isDisabled={!isLoaded}
        isRunning={isRunning}
        onSend={send}
        onStop={() => void attempt('The turn could not be stopped', () => session.cancel())}
      />
    </div>
  )
}

const LOST: Record<string, { title: string; about: string }> = {
  session_not_found: {
    title: 'There is no such session',
    about: 'It was erased, or it belongs to somebody else.',
  },
}

function Lost({ code, message, onLeave }: { code: string; message: string; onLeave: () => void }) {
  const { title, about } = LOST[code] ?? { title: 'This session cannot be shown', about: message }
  usePageTitle(title)
  return (
    <section className="pane lost">
      <PaneHead title="" />
      <div className="lost-note" role="alert">
        <h2>{title}</h2>
        <p>{about}</p>
        <Button className="button" onClick={onLeave}>
          Back
        </Button>
      </div>
    </section>
  )
}

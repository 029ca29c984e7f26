import { emptyView, type SessionView } from '@longwire/view'
import { useMemo } from 'react'
import { StayContext } from '../line/stay-context.ts'
import type { Talks } from '../line/talks.ts'
import { Turn } from '../talk/turn.tsx'

/** Turns that are shown: a recording is looked at where it is, and what is long before that is a step of the slider away. */
const MOST_TURNS = 20
const NOBODY = 'this is a recording: nobody is there to be answered'
const RECORDED: Talks = {
  session: {
    id: '',
    view: emptyView(),
    answer: () => Promise.reject(new Error(NOBODY)),
    send: () => {
      throw new Error(NOBODY)
    },
  },
}

/** The view as a person saw it, who could not have done anything but look. */
export function RecordedView({ view }: { view: SessionView }) {
  const watching = useMemo(() => ({ kind: 'watch', session: view.session, ticket: '' }) as const, [view.session])
  const turns = view.turns.slice(-MOST_TURNS)
  return (
    <StayContext value={watching}>
      <section className="recorded" aria-label={`The view at ${view.at}`} tabIndex={0}>
        {turns.length === 0 ? <p className="op-empty">Nothing was said yet at this place.</p> : null}
        {turns.map((turn) => (
          <Turn key={turn.turn} turn={turn} live={RECORDED} withdrawn={[]} isLast={false} />
        ))}
      </section>
    </StayContext>
  )
}

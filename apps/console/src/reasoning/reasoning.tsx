import './reasoning.css'
import { Button } from '@base-ui/react/button'
import { Toggle } from '@base-ui/react/toggle'
import { ToggleGroup } from '@base-ui/react/toggle-group'
import type { TurnView } from '@longwire/view'
import { ChartNoAxesGantt, ListTree, X } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { LiveSession } from '../line/live-session.ts'
import type { LiveState } from '../line/use-live.ts'
import { useNow } from '../shell/use-now.ts'
import { clockTime, lasted } from '../shell/words.ts'
import { RecordRows } from './record-rows.tsx'
import { asTree, turnRecord } from './turn-record.ts'
import { useTurnEvents } from './use-turn-events.ts'

export interface ReasoningProps {
  readonly live: LiveSession
  readonly state: LiveState
  /** The turn that was asked for; the last one unless there is. */
  readonly wanted: string | undefined
  readonly want: (turn: string | undefined) => void
  readonly onClose: () => void
}

/** How a turn came to what it said: its steps as a tree, or over time. Live while it runs. */
export default function Reasoning({ live, state: { view }, wanted, want, onClose }: ReasoningProps) {
  const [shape, setShape] = useState<'tree' | 'time'>('time')
  const last = view.turns.at(-1)?.turn
  const turn = wanted ?? last
  return (
    <aside className="reasoning" aria-label="Reasoning">
      <header className="reasoning-head">
        <TurnChoice turns={view.turns} turn={turn} want={(next) => want(next === last ? undefined : next)} />
        <ToggleGroup
          className="segments"
          aria-label="Shape"
          value={[shape]}
          onValueChange={([next]) => next && setShape(next as typeof shape)}
        >
          <Toggle value="time" className="segment">
            <ChartNoAxesGantt size={14} aria-hidden="true" />
            Time
          </Toggle>
          <Toggle value="tree" className="segment">
            <ListTree size={14} aria-hidden="true" />
            Tree
          </Toggle>
        </ToggleGroup>
        <Button className="button quiet square" aria-label="Hide the reasoning" onClick={onClose}>
          <X size={17} />
        </Button>
      </header>
      {turn === undefined ? (
        <p className="reasoning-note">Nothing has been asked yet.</p>
      ) : (
        <Turn key={turn} live={live} turn={turn} shape={shape} />
      )}
    </aside>
  )
}

function Turn({ live, turn, shape }: { live: LiveSession; turn: string; shape: 'tree' | 'time' }) {
  const events = useTurnEvents(live, turn)
  const record = useMemo(() => turnRecord(turn, events ?? []), [turn, events])
  const rows = useMemo(() => asTree(record.rows), [record])
  const isRunning = events !== undefined && record.endedAt === undefined
  const now = useNow(250, isRunning)
  const end = record.endedAt ?? Math.max(now, ...record.rows.map(({ endedAt }) => endedAt ?? 0))
  if (events === undefined) return <p className="reasoning-note">Reading the log…</p>
  const { usage } = record
  return (
    <>
      <dl className="reasoning-sums figures">
        <Sum name="Took" value={lasted(end - record.startedAt)} />
        <Sum name="Steps" value={String(record.rows.length)} />
        {usage?.inputTokens === undefined ? null : (
          <Sum name="Tokens in" value={usage.inputTokens.toLocaleString('en')} />
        )}
        {usage?.outputTokens === undefined ? null : <Sum name="out" value={usage.outputTokens.toLocaleString('en')} />}
        {usage?.cost === undefined ? null : <Sum name="Cost" value={usage.cost.toFixed(4)} />}
      </dl>
      {rows.length === 0 ? (
        <p className="reasoning-note">{isRunning ? 'It has just begun.' : 'This turn left no trace of its steps.'}</p>
      ) : (
        <RecordRows rows={rows} shape={shape} from={record.startedAt} to={end} isRunning={isRunning} />
      )}
    </>
  )
}

function Sum({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

const CAUSES = { input: '', task: 'after a task', schedule: 'by schedule' }

function TurnChoice(props: { turns: readonly TurnView[]; turn: string | undefined; want: (turn: string) => void }) {
  const { turns, turn, want } = props
  return (
    <label className="turn-choice">
      <span className="for-ears">Turn</span>
      <select className="field" value={turn ?? ''} onChange={({ target }) => want(target.value)}>
        {turns.toReversed().map((each) => (
          <option key={each.turn} value={each.turn}>
            {nameOf(each)}
          </option>
        ))}
      </select>
    </label>
  )
}

function nameOf({ messages, cause, startedAt }: TurnView): string {
  const said = messages.find(({ delivery }) => delivery !== undefined)
  const text = said?.parts.map((part) => (part.type === 'text' ? part.text : '')).join(' ')
  return `${clockTime(startedAt)} · ${text || CAUSES[cause] || 'turn'}`.slice(0, 60)
}

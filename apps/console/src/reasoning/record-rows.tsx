import { Collapsible } from '@base-ui/react/collapsible'
import { Bot, Brain, CornerDownRight, Flag, Hand, Hourglass, RefreshCw, RotateCcw, Search, Wrench } from 'lucide-react'
import { useState } from 'react'
import { lasted } from '../shell/words.ts'
import { RecordDetail } from './record-detail.tsx'
import type { RecordKind, RecordRow, TreeRow } from './turn-record.ts'

const ICONS: Record<RecordKind, typeof Bot> = {
  model: Bot,
  tool: Wrench,
  search: Search,
  rationale: Brain,
  wait: Hand,
  pause: Hourglass,
  custom: Flag,
  rollback: RotateCcw,
  run: RefreshCw,
  input: CornerDownRight,
}

const KINDS: Record<RecordKind, string> = {
  model: 'model call',
  tool: 'tool',
  search: 'search',
  rationale: 'thought',
  wait: 'wait for a person',
  pause: 'wait',
  custom: 'step',
  rollback: 'taken back',
  run: 'run again',
  input: 'steered',
}

export interface RecordRowsProps {
  readonly rows: readonly TreeRow[]
  readonly shape: 'tree' | 'time'
  readonly from: number
  readonly to: number
  readonly isRunning: boolean
}

export function RecordRows({ rows, shape, from, to, isRunning }: RecordRowsProps) {
  const span = Math.max(1, to - from)
  return (
    <div className={`record ${shape}`}>
      {shape === 'time' ? <TimeAxis span={span} /> : null}
      <ol className="record-rows">
        {rows.map(({ row, depth }) => (
          <Row
            key={row.id}
            row={row}
            depth={depth}
            shape={shape}
            from={from}
            span={span}
            to={to}
            isRunning={isRunning}
          />
        ))}
      </ol>
    </div>
  )
}

function TimeAxis({ span }: { span: number }) {
  return (
    <div className="time-axis figures" aria-hidden="true">
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <span key={share}>{lasted(share * span)}</span>
      ))}
    </div>
  )
}

interface RowProps extends Omit<RecordRowsProps, 'rows'> {
  readonly row: RecordRow
  readonly depth: number
  readonly span: number
}

function Row({ row, depth, shape, from, to, span, isRunning }: RowProps) {
  const [isOpen, setOpen] = useState(false)
  const Icon = ICONS[row.kind]
  const end = row.endedAt ?? (isRunning ? to : row.startedAt)
  const left = Math.max(0, (row.startedAt - from) / span)
  const width = Math.max(0, (end - row.startedAt) / span)
  const state = row.endedAt === undefined && isRunning ? 'open' : (row.outcome ?? 'ok')
  return (
    <li className={`record-row ${row.kind} ${state}`}>
      <Collapsible.Root open={isOpen} onOpenChange={setOpen}>
        <Collapsible.Trigger className="record-head" style={{ paddingInlineStart: `${0.5 + depth * 0.875}rem` }}>
          <Icon size={14} aria-hidden="true" />
          <span className="record-label">
            <span className="for-ears">{KINDS[row.kind]}: </span>
            {row.label}
          </span>
          <span className="record-took figures">
            {row.endedAt === row.startedAt && row.kind !== 'model' && row.kind !== 'tool'
              ? ''
              : lasted(end - row.startedAt)}
          </span>
          {state === 'ok' ? null : <span className="for-ears">{state}</span>}
        </Collapsible.Trigger>
        {shape === 'time' ? (
          <div className="record-track" aria-hidden="true">
            <span className="record-bar" style={{ left: `${left * 100}%`, width: `max(3px, ${width * 100}%)` }} />
          </div>
        ) : null}
        <Collapsible.Panel className="record-panel">{isOpen ? <RecordDetail row={row} /> : null}</Collapsible.Panel>
      </Collapsible.Root>
    </li>
  )
}

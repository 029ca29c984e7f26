import './work.css'
import { Collapsible } from '@base-ui/react/collapsible'
import type { SessionView, SpanView } from '@longwire/view'
import { Brain, ChevronRight, Flag } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Talks } from '../line/talks.ts'
import { outcomeInWords } from '../requests/request-card.tsx'
import { counted, lasted } from '../shell/words.ts'
import { Progress } from '../tools/progress.tsx'
import { StateIcon } from '../tools/state-icon.tsx'
import { ToolCard } from '../tools/tool-card.tsx'
import { toolTitle } from '../tools/tool-title.ts'
import { type Block, isOpenWork, needsPerson, type WorkItem } from './turn-blocks.ts'

type WorkBlock = Extract<Block, { kind: 'work' }>

/** What the agent did between two things it said. Open while it happens, then a line that can be opened again. */
export function Work({ block, live, isCurrent }: { block: WorkBlock; live: Talks; isCurrent: boolean }) {
  const isOpenStill = isCurrent || isOpenWork(block) || needsPerson(block)
  const [isShown, show] = useState(isOpenStill)
  useEffect(() => show(isOpenStill), [isOpenStill])
  return (
    <Collapsible.Root className="work" open={isShown} onOpenChange={show}>
      <Collapsible.Trigger className="work-head">
        <ChevronRight size={14} className="work-arrow" aria-hidden="true" />
        <span className="work-summary">{summaryOf(block, live.session.view)}</span>
      </Collapsible.Trigger>
      <Collapsible.Panel className="work-panel">
        <ol className="work-items">
          {block.items.map((item) => (
            <li key={item.key} className="work-item">
              <Item item={item} live={live} />
            </li>
          ))}
        </ol>
      </Collapsible.Panel>
    </Collapsible.Root>
  )
}

function Item({ item, live }: { item: WorkItem; live: Talks }) {
  switch (item.kind) {
    case 'thought':
      return (
        <div className="thought">
          <Brain size={15} aria-hidden="true" />
          <p>{item.text}</p>
        </div>
      )
    case 'milestone':
      return <Milestone span={item.span} />
    case 'tool':
      return <ToolCard tool={item.tool} span={item.span} request={item.request} live={live} />
  }
}

function Milestone({ span }: { span: SpanView }) {
  return (
    <div className="milestone">
      {span.draft ? <StateIcon state="running" /> : <Flag size={15} aria-hidden="true" />}
      <span className="milestone-label">{span.label}</span>
      {span.tookMs === undefined ? null : <span className="took figures">{lasted(span.tookMs)}</span>}
      <Progress fraction={span.draft ? span.fraction : undefined} label={span.label} />
    </div>
  )
}

/** "Compared groups, ranked by performance and 5 more · 1.2 s" */
function summaryOf({ items }: WorkBlock, view: SessionView): string {
  const tools = items.flatMap((item) => (item.kind === 'tool' ? item : []))
  const milestones = items.flatMap((item) => (item.kind === 'milestone' ? item : []))
  const labels = [
    ...new Set([...tools.map(({ tool }) => toolTitle(tool, view)), ...milestones.map(({ span }) => span.label)]),
  ]
  if (labels.length === 0) return 'Thought'
  const [first, second] = labels
  const count = tools.length + milestones.length
  const settled = tools.flatMap(({ request }) => (request ? (outcomeInWords(request) ?? []) : []))
  const named = labels.length > 2 ? `${first}, ${second}, …` : labels.join(', ')
  return [count === 1 ? undefined : counted(count, 'step'), named, ...settled].filter(Boolean).join(' · ')
}

import './tools.css'
import { Collapsible } from '@base-ui/react/collapsible'
import type { RequestView, SpanView, ToolPartView } from '@longwire/view'
import { ChevronDown } from 'lucide-react'
import type { Talks } from '../line/talks.ts'
import { RequestCard } from '../requests/request-card.tsx'
import { useNow } from '../shell/use-now.ts'
import { lasted, spell } from '../shell/words.ts'
import { JsonShown } from './json-shown.tsx'
import { Progress } from './progress.tsx'
import { type ShownState, StateIcon } from './state-icon.tsx'
import { toolTitle } from './tool-title.ts'

const STATES: Record<ToolPartView['state'], { shown: ShownState; says: string }> = {
  'input-streaming': { shown: 'writing', says: 'being written' },
  'input-available': { shown: 'running', says: 'at work' },
  'approval-requested': { shown: 'asking', says: 'waits for you' },
  'approval-responded': { shown: 'running', says: 'answered' },
  'output-available': { shown: 'done', says: 'done' },
  'output-error': { shown: 'failed', says: 'failed' },
  'output-denied': { shown: 'denied', says: 'not allowed' },
}

export interface ToolCardProps {
  readonly tool: ToolPartView
  readonly span: SpanView | undefined
  readonly request: RequestView | undefined
  readonly live: Talks
}

/** One call of a tool: what it is at, how it went, and behind that its input and output. */
export function ToolCard({ tool, span, request, live }: ToolCardProps) {
  const { shown, says } = STATES[tool.state]
  const isAsking = request !== undefined && request.settledAt === undefined
  return (
    <div className={`tool ${shown}`}>
      <Collapsible.Root>
        <Collapsible.Trigger className="tool-head">
          <StateIcon state={isAsking ? 'asking' : shown} />
          <span className="tool-label">{plain(span?.label) ?? toolTitle(tool, live.session.view)}</span>
          {shown === 'done' || shown === 'running' ? (
            <span className="for-ears">{says}</span>
          ) : (
            <span className="tool-state">{says}</span>
          )}
          <Took tool={tool} isRunning={shown === 'running' && !isAsking} />
          <ChevronDown size={14} className="tool-arrow" aria-hidden="true" />
        </Collapsible.Trigger>
        <Progress fraction={span?.draft ? span.fraction : undefined} label={span?.label ?? tool.name} />
        <Collapsible.Panel className="tool-panel">
          <div className="tool-detail">
            <p className="tool-name">{tool.name}</p>
            {tool.input === undefined ? (
              <JsonShown title="Input" text={tool.inputText ?? ''} />
            ) : (
              <JsonShown title="Input" value={tool.input} />
            )}
            {tool.output === undefined ? null : <JsonShown title="Output" value={tool.output} />}
          </div>
        </Collapsible.Panel>
      </Collapsible.Root>
      {tool.error === undefined ? null : <p className="tool-error">{tool.error}</p>}
      {request === undefined ? null : <RequestCard request={request} live={live} />}
    </div>
  )
}

function Took({ tool, isRunning }: { tool: ToolPartView; isRunning: boolean }) {
  const now = useNow(1_000, isRunning)
  if (tool.tookMs !== undefined) return <span className="took figures">{lasted(tool.tookMs)}</span>
  const since = isRunning && tool.startedAt !== undefined ? now - tool.startedAt : 0
  return since >= 1_000 ? <span className="took figures">{spell(since)}</span> : null
}

/** A label may mark a word the way a terminal shows it. */
function plain(label: string | undefined): string | undefined {
  return label?.replaceAll(/\*([^*]+)\*/g, '“$1”')
}

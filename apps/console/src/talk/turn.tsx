import './turn.css'
import { Button } from '@base-ui/react/button'
import { useConnection } from '@longwire/react'
import type { TurnView } from '@longwire/view'
import { CalendarClock, ListTree, RotateCcw, Sparkle } from 'lucide-react'
import { memo, useMemo } from 'react'
import type { Talks } from '../line/talks.ts'
import type { Withdrawn } from '../line/withdrawn.ts'
import { CopyButton } from '../markdown/code-block.tsx'
import { Prose } from '../markdown/prose.tsx'
import { RequestCard } from '../requests/request-card.tsx'
import { Hint } from '../shell/hint.tsx'
import { attempt } from '../shell/toast.ts'
import { useNow } from '../shell/use-now.ts'
import { lasted, spell } from '../shell/words.ts'
import { doingOf } from './doing.ts'
import { Figures, TaskFigure } from './figures.tsx'
import { FileShown } from './file-shown.tsx'
import { Said } from './said.tsx'
import { TaskEnded } from './tasks.tsx'
import { type Block, turnBlocks } from './turn-blocks.ts'
import { Work } from './work.tsx'

export interface TurnProps {
  readonly turn: TurnView
  readonly live: Talks
  readonly withdrawn: readonly Withdrawn[]
  readonly isLast: boolean
  readonly onShowReasoning?: (turn: string) => void
}

/** One turn: what was asked, what the agent did for it, and what it said. */
export const Turn = memo(function Turn({ turn, live, withdrawn, isLast, onShowReasoning }: TurnProps) {
  const blocks = useMemo(() => turnBlocks(turn), [turn])
  const gone = withdrawn.filter((each) => each.turn === turn.turn)
  const isOver = turn.endedAt !== undefined
  return (
    <article className="turn" aria-label={isOver ? 'A turn' : 'The running turn'}>
      <Cause turn={turn} />
      <TaskBehind turn={turn} live={live} />
      {blocks.map((block, index) => (
        <Piece key={block.key} block={block} turn={turn} live={live} isLastPiece={index === blocks.length - 1} />
      ))}
      {gone.map(({ message }) => (
        <Gone key={message.id} message={message} />
      ))}
      {isOver ? null : <Doing turn={turn} live={live} />}
      {isOver ? (
        <End turn={turn} live={live} isLast={isLast} {...(onShowReasoning ? { onShowReasoning } : {})} />
      ) : null}
    </article>
  )
})

function Piece(props: { block: Block; turn: TurnView; live: Talks; isLastPiece: boolean }) {
  const { block, turn, live, isLastPiece } = props
  switch (block.kind) {
    case 'person':
      return <Said message={block.message} />
    case 'text':
      return (
        <div className={block.isDraft ? 'agent-text draft' : 'agent-text'}>
          <Prose text={block.text} isDraft={block.isDraft} />
          {block.isPartial ? <p className="stopped-here">Stopped here</p> : null}
        </div>
      )
    case 'file':
      return <FileShown part={block.part} />
    case 'request':
      return <RequestCard request={block.request} live={live} />
    case 'work':
      return (
        <>
          <Work block={block} live={live} isCurrent={isLastPiece && turn.endedAt === undefined} />
          <Figures block={block} />
        </>
      )
  }
}

/** A draft that was taken back goes away before the eyes of who read it. */
function Gone({ message }: { message: Withdrawn['message'] }) {
  const text = message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
  return (
    <div className="gone">
      <div className="gone-text" aria-hidden="true">
        <Prose text={text} isDraft />
      </div>
      <p className="gone-note">
        <RotateCcw size={13} aria-hidden="true" />
        Taken back, and said anew
      </p>
    </div>
  )
}

const CAUSES = {
  task: { Icon: Sparkle, says: 'A task in the background has ended' },
  schedule: { Icon: CalendarClock, says: 'Its time had come' },
}

function Cause({ turn: { cause } }: { turn: TurnView }) {
  if (cause === 'input') return null
  const { Icon, says } = CAUSES[cause]
  return (
    <p className="cause">
      <Icon size={14} aria-hidden="true" />
      {says}
    </p>
  )
}

function TaskBehind({ turn: { task: id }, live }: { turn: TurnView; live: Talks }) {
  const task = id === undefined ? undefined : live.session.view.tasks.find(({ task }) => task === id)
  if (!task) return null
  return (
    <>
      <TaskEnded task={task} />
      <TaskFigure task={task} />
    </>
  )
}

function Doing({ turn, live }: { turn: TurnView; live: Talks }) {
  const { kind } = useConnection()
  const now = useNow(1_000)
  const doing = doingOf(turn, live.heardAt ?? 0, now, kind === 'online')
  if (!doing) return null
  return (
    <p className={`doing ${doing.mood}`}>
      <span className="doing-wave" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span className="doing-what">{doing.what}</span>
      <span className="doing-time figures">{spell(now - doing.since)}</span>
      {turn.attempt > 1 ? <span className="doing-time">run {turn.attempt}</span> : null}
    </p>
  )
}

function End({ turn, live, isLast, onShowReasoning }: Omit<TurnProps, 'withdrawn'>) {
  const { status, error, startedAt, endedAt, usage } = turn
  const text = answerOf(turn)
  const input = turn.messages.findLast(({ delivery }) => delivery !== undefined)
  const again = input?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('') ?? ''
  return (
    <footer className="turn-end">
      {status === 'failed' ? (
        <p className="turn-failed" role={isLast ? 'alert' : undefined}>
          <strong>This turn failed.</strong> {error?.message}
          {isLast && again !== '' && onShowReasoning ? (
            <Button
              className="button small"
              onClick={() => void attempt('That could not be sent', () => live.session.send(again).accepted)}
            >
              Ask again
            </Button>
          ) : null}
        </p>
      ) : null}
      {status === 'cancelled' ? <p className="turn-cancelled">Stopped</p> : null}
      <div className="turn-facts">
        {text === '' ? null : <CopyButton text={text} what="the answer" />}
        {onShowReasoning ? (
          <Hint text="How it came to this">
            <Button className="button quiet small" onClick={() => onShowReasoning(turn.turn)}>
              <ListTree size={13} />
              <span className="for-ears">Reasoning of this turn, </span>
              <span className="figures">{lasted((endedAt ?? startedAt) - startedAt)}</span>
            </Button>
          </Hint>
        ) : null}
        {usage?.outputTokens === undefined ? null : (
          <span className="turn-usage figures">
            {((usage.inputTokens ?? 0) + usage.outputTokens).toLocaleString('en')} tokens
            {usage.cost === undefined ? '' : ` · ${usage.cost.toFixed(4)}`}
          </span>
        )}
      </div>
    </footer>
  )
}

function answerOf({ messages }: TurnView): string {
  return messages
    .filter(({ role }) => role === 'assistant')
    .flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'text' ? part.text : [])))
    .join('\n\n')
    .trim()
}

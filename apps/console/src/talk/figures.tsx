import type { TaskView } from '@longwire/view'
import { lazy, Suspense, useMemo } from 'react'
import { type Figure, figureOf } from '../charts/figure-of.ts'
import { Boundary } from '../shell/boundary.tsx'
import type { Block } from './turn-blocks.ts'

const FigureCard = lazy(() => import('../charts/figure-card.tsx'))

/** So many figures of one piece of work are shown; the others are in the outputs of its tools. */
const MOST = 4

interface Drawn {
  readonly key: string
  readonly figure: Figure
  readonly caption: string | undefined
}

/** What the tools of a piece of work measured, drawn. */
export function Figures({ block }: { block: Extract<Block, { kind: 'work' }> }) {
  const drawn = useMemo(
    () =>
      block.items.flatMap((item): Drawn[] => {
        const figure = item.kind === 'tool' ? figureOf(item.tool.output) : undefined
        if (!figure || item.kind !== 'tool') return []
        return [{ figure, key: item.key, caption: item.span?.label ?? item.tool.title }]
      }),
    [block],
  )
  return <Cards drawn={drawn} />
}

/** What a task in the background came to, drawn. */
export function TaskFigure({ task }: { task: TaskView }) {
  const figure = useMemo(() => figureOf(task.result), [task])
  return figure ? <Cards drawn={[{ key: task.task, figure, caption: task.label }]} /> : null
}

function Cards({ drawn }: { drawn: readonly Drawn[] }) {
  if (drawn.length === 0) return null
  return (
    <div className="figures-row">
      {drawn.slice(0, MOST).map(({ key, figure, caption }) => (
        <Boundary key={key} fallback={null}>
          <Suspense fallback={<div className="figure-card empty" />}>
            <FigureCard figure={figure} caption={caption} />
          </Suspense>
        </Boundary>
      ))}
    </div>
  )
}

import { lazy, Suspense, useMemo } from 'react'
import { figureOf } from '../charts/figure-of.ts'
import type { Block } from './turn-blocks.ts'

const FigureCard = lazy(() => import('../charts/figure-card.tsx'))

/** So many figures of one piece of work are shown; the others are in the outputs of its tools. */
const MOST = 4

/** What the tools of a piece of work measured, drawn. */
export function Figures({ block }: { block: Extract<Block, { kind: 'work' }> }) {
  const figures = useMemo(
    () =>
      block.items
        .flatMap((item) => {
          const figure = item.kind === 'tool' ? figureOf(item.tool.output) : undefined
          return figure && item.kind === 'tool'
            ? [{ figure, key: item.key, caption: item.span?.label ?? item.tool.title }]
            : []
        })
        .slice(0, MOST),
    [block],
  )
  if (figures.length === 0) return null
  return (
    <div className="figures-row" data-count={figures.length}>
      {figures.map(({ key, figure, caption }) => (
        <Suspense key={key} fallback={<div className="figure-card empty" />}>
          <FigureCard figure={figure} caption={caption} />
        </Suspense>
      ))}
    </div>
  )
}

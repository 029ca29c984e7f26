import './charts.css'
import { Button } from '@base-ui/react/button'
import { ChartNoAxesColumn, Table2 } from 'lucide-react'
import { useState } from 'react'
import { Boundary } from '../shell/boundary.tsx'
import { Bars } from './bars.tsx'
import type { Figure } from './figure-of.ts'
import { FigureTable } from './figure-table.tsx'
import { figureInWords, numberInWords } from './figure-words.ts'
import { Series } from './series.tsx'

/** A plot with its words, and the same numbers as a table for whoever would rather read them. */
export default function FigureCard({ figure, caption }: { figure: Figure; caption: string | undefined }) {
  const [isTable, setTable] = useState(false)
  const lines = figure.kind === 'series' ? figure.lines : figure.bars
  return (
    <figure className={`figure-card ${figure.kind}`}>
      <figcaption>
        <span className="figure-title">{withoutMarks(caption) ?? figure.title}</span>
        <Button
          className="button quiet small square"
          aria-label={isTable ? 'Show as a plot' : 'Show as a table'}
          onClick={() => setTable(!isTable)}
        >
          {isTable ? <ChartNoAxesColumn size={14} /> : <Table2 size={14} />}
        </Button>
      </figcaption>
      {lines.length > 1 && !isTable ? (
        <ul className="legend" aria-hidden="true">
          {lines.map(({ name }, index) => (
            <li key={name} data-plot={index + 1}>
              {name}
            </li>
          ))}
        </ul>
      ) : null}
      {isTable ? (
        <FigureTable figure={figure} />
      ) : (
        <div role="img" aria-label={figureInWords(figure)}>
          <Boundary fallback={<FigureTable figure={figure} />}>
            {figure.kind === 'series' ? <Series figure={figure} /> : <Bars figure={figure} />}
          </Boundary>
        </div>
      )}
      {figure.kind === 'series' && lines.length === 1 && !isTable ? (
        <p className="figure-foot figures">
          {numberInWords(lastOf(lines[0]!.values), figure.unit)}
          <span className="figure-change">{changeInWords(lines[0]!.values)}</span>
        </p>
      ) : null}
    </figure>
  )
}

function withoutMarks(text: string | undefined): string | undefined {
  return text?.replaceAll('*', '')
}

function lastOf(values: readonly (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null
}

function changeInWords(values: readonly (number | null)[]): string {
  const first = values.find((value) => value !== null)
  const last = lastOf(values)
  if (!first || last === null) return ''
  const change = (last / first - 1) * 100
  return `${change >= 0 ? '+' : '−'}${Math.abs(change).toFixed(2)}%`
}

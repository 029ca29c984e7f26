import { useMemo } from 'react'
import type uPlot from 'uplot'
import { type Colours, Plot } from '../charts/plot.tsx'
import type { Sample } from './doors.ts'
import { bytes, short } from './spent.ts'
import { useDoor } from './use-door.ts'

const EVERY_MS = 5_000
const HEIGHT = 72

interface Figure {
  readonly name: string
  readonly of: (sample: Sample) => number
  readonly says: (n: number) => string
}

const FIGURES: readonly Figure[] = [
  { name: 'Connections', of: ({ connections }) => connections, says: short },
  { name: 'Attachments', of: ({ attachments }) => attachments, says: short },
  { name: 'Sessions in memory', of: ({ sessions }) => sessions, says: short },
  { name: 'Turns at work', of: ({ turns }) => turns, says: short },
  { name: 'Events a second', of: ({ eventsPerSecond }) => eventsPerSecond, says: short },
  { name: 'Commits a second', of: ({ commitsPerSecond }) => commitsPerSecond, says: short },
  { name: 'Lag of the event loop', of: ({ loopLagMs }) => loopLagMs, says: (n) => `${n.toFixed(1)} ms` },
  { name: 'Waiting to be sent', of: ({ bufferedBytes }) => bufferedBytes, says: bytes },
]

/** The last ten minutes of this server in small plots, and what went wrong in them by code. */
export function OverviewPanel() {
  const { body, error } = useDoor<{ samples: readonly Sample[] }>('/v1/operator/stats', EVERY_MS)
  const samples = body?.samples ?? []
  return (
    <div className="op-overview">
      {error === undefined ? null : (
        <p className="inspect-error" role="alert">
          {error}
        </p>
      )}
      <ul className="op-figures">
        {FIGURES.map((figure) => (
          <li key={figure.name} className="op-figure">
            <h2>{figure.name}</h2>
            <p className="op-now figures">{samples.length === 0 ? '–' : figure.says(figure.of(samples.at(-1)!))}</p>
            <Line samples={samples} figure={figure} />
          </li>
        ))}
      </ul>
      <Errors samples={samples} />
    </div>
  )
}

function Line({ samples, figure }: { samples: readonly Sample[]; figure: Figure }) {
  const data = useMemo(
    () => [samples.map(({ at }) => at / 1_000), samples.map(figure.of)] as uPlot.AlignedData,
    [samples, figure],
  )
  const options = useMemo(() => (colours: Colours) => optionsOf(figure, colours), [figure])
  return (
    <div aria-hidden="true">
      <Plot options={options} data={data} height={HEIGHT} />
    </div>
  )
}

function optionsOf({ name }: Figure, colours: Colours): Omit<uPlot.Options, 'width' | 'height'> {
  return {
    padding: [6, 0, 2, 0],
    legend: { show: false },
    cursor: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
    series: [{}, { label: name, stroke: colours.lines[0]!, width: 1.5, points: { show: false } }],
  }
}

/** Refusals and failures of the last ten minutes, most frequent first. */
function Errors({ samples }: { samples: readonly Sample[] }) {
  const counts = new Map<string, number>()
  for (const { errors } of samples)
    for (const [code, n] of Object.entries(errors)) counts.set(code, (counts.get(code) ?? 0) + n)
  const sorted = [...counts].sort(([, a], [, b]) => b - a)
  return (
    <section className="op-errors" aria-labelledby="op-errors-title">
      <h2 id="op-errors-title">Errors of the last ten minutes</h2>
      {sorted.length === 0 ? (
        <p className="op-empty">None.</p>
      ) : (
        <ul>
          {sorted.map(([code, n]) => (
            <li key={code}>
              <code>{code}</code>
              <span className="figures">{n.toLocaleString('en')}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

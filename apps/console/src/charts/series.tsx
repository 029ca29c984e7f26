import { useMemo } from 'react'
import type uPlot from 'uplot'
import type { SeriesFigure } from './figure-of.ts'
import { dayInWords, numberInWords } from './figure-words.ts'
import { type Colours, Plot } from './plot.tsx'

const HEIGHT = 190
const FONT = '11px "Inter Variable", system-ui, sans-serif'

/** Values over time. */
export function Series({ figure }: { figure: SeriesFigure }) {
  const data = useMemo(
    () => [[...figure.times], ...figure.lines.map(({ values }) => [...values])] as uPlot.AlignedData,
    [figure],
  )
  const options = useMemo(() => (colours: Colours) => optionsOf(figure, colours), [figure])
  return <Plot options={options} data={data} height={HEIGHT} />
}

function optionsOf({ lines, unit }: SeriesFigure, colours: Colours): Omit<uPlot.Options, 'width' | 'height'> {
  const axis = { stroke: colours.ink, font: FONT, ticks: { show: false }, grid: { stroke: colours.grid, width: 1 } }
  return {
    padding: [10, 8, 0, 0],
    legend: { show: true, live: true, isolate: false, markers: { show: lines.length > 1 } },
    cursor: { points: { size: 7 }, drag: { x: false, y: false }, y: false },
    axes: [
      { ...axis, grid: { show: false }, space: 64, size: 26 },
      {
        ...axis,
        side: 1,
        size: 52,
        space: 38,
        values: (_, ticks) => ticks.map((tick) => numberInWords(tick, unit === '%' ? unit : '')),
      },
    ],
    series: [
      { label: 'Day', value: (_, seconds) => (seconds === null ? '' : dayInWords(seconds)) },
      ...lines.map(({ name }, index) => ({
        label: name,
        stroke: colours.lines[index] ?? colours.ink,
        width: 1.75,
        points: { show: false },
        spanGaps: true,
        value: (_: uPlot, value: number | null) => numberInWords(value, unit),
        ...(lines.length === 1 ? { fill: washOf(colours.lines[0]!) } : {}),
      })),
    ],
  }
}

/** Under the line, and fading to nothing. */
function washOf(colour: string) {
  return (plot: uPlot) => {
    const { top, height } = plot.bbox
    const wash = plot.ctx.createLinearGradient(0, top, 0, top + height)
    wash.addColorStop(0, `color-mix(in oklab, ${colour} 22%, transparent)`)
    wash.addColorStop(1, `color-mix(in oklab, ${colour} 0%, transparent)`)
    return wash
  }
}

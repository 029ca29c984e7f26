import { useMemo } from 'react'
import uPlot from 'uplot'
import type { BarsFigure } from './figure-of.ts'
import { numberInWords } from './figure-words.ts'
import { type Colours, Plot } from './plot.tsx'

const ROW = 26
const FONT = '11px "Inter Variable", system-ui, sans-serif'
const LONGEST_LABEL = 22
/** Pixels for a number behind a bar. */
const ROOM = 50
const PADDING = 22

/** Values side by side, each in a row of its own so that there is room for its name. */
export function Bars({ figure }: { figure: BarsFigure }) {
  const data = useMemo(
    () =>
      [figure.labels.map((_, index) => index), ...figure.bars.map(({ values }) => [...values])] as uPlot.AlignedData,
    [figure],
  )
  const options = useMemo(() => (colours: Colours) => optionsOf(figure, colours), [figure])
  const height = figure.labels.length * (ROW + (figure.bars.length - 1) * 10) + 30
  return <Plot options={options} data={data} height={height} />
}

function optionsOf(figure: BarsFigure, colours: Colours): Omit<uPlot.Options, 'width' | 'height'> {
  const { labels, bars, unit } = figure
  const axis = { stroke: colours.ink, font: FONT, ticks: { show: false } }
  const longest = Math.min(LONGEST_LABEL, Math.max(...labels.map(({ length }) => length)))
  const labelWidth = longest * 6.1 + 14
  return {
    padding: [4, PADDING, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, ori: 1, dir: -1, range: [-0.5, labels.length - 0.5] },
      y: { ori: 0, dir: 1, range: (plot, least, most) => rangeWith(least, most, plot.width - labelWidth - PADDING) },
    },
    axes: [
      {
        ...axis,
        side: 3,
        size: labelWidth,
        gap: 6,
        grid: { show: false },
        splits: () => labels.map((_, index) => index),
        values: () => labels.map(clipped),
      },
      {
        ...axis,
        side: 2,
        size: 24,
        space: 56,
        grid: { stroke: colours.grid, width: 1 },
        values: (_, ticks) => ticks.map((tick) => numberInWords(tick, unit === '%' ? unit : '')),
      },
    ],
    series: [
      {},
      ...bars.map(({ name, values }, index) => ({
        label: name,
        ...barStyle(figure, colours, index, values),
      })),
    ],
  }
}

/** With room for the numbers behind the bars, in a plot of so many pixels. */
function rangeWith(least: number, most: number, width: number): [number, number] {
  const [from, to] = [Math.min(0, least), Math.max(0, most)]
  const sides = Number(from < 0) + Number(to > 0)
  const room = (ROOM * (to - from)) / Math.max(ROOM, width - ROOM * sides)
  return [from < 0 ? from - room : 0, to > 0 ? to + room : 0]
}

/** Each series takes its share of the row. A single one tells gains from losses by colour as well. */
function barStyle({ bars, unit }: BarsFigure, colours: Colours, index: number, values: readonly (number | null)[]) {
  const share = 0.62 / bars.length
  const colour = colours.lines[index]!
  const loss = colours.lines[1]!
  const isSigned = bars.length === 1 && values.some((value) => (value ?? 0) < 0)
  return {
    stroke: colour,
    fill: colour,
    width: 0,
    paths: uPlot.paths.bars!({
      size: [share, 40],
      radius: 0.18,
      align: bars.length === 1 ? 0 : index === 0 ? -1 : 1,
      disp: isSigned
        ? { fill: { unit: 3, values: () => values.map((value) => ((value ?? 0) < 0 ? loss : colour)) } }
        : {},
    }),
    points: { show: (plot: uPlot, at: number) => paintValues(plot, at, values, unit, colours.ink, bars.length, index) },
  }
}

/** Writes each value behind its bar. Returns false: there are no points beside. */
function paintValues(
  plot: uPlot,
  _at: number,
  values: readonly (number | null)[],
  unit: string,
  ink: string,
  count: number,
  index: number,
): false {
  const { ctx } = plot
  const ratio = devicePixelRatio
  ctx.save()
  ctx.font = FONT.replace('11px', `${10.5 * ratio}px`)
  ctx.fillStyle = ink
  ctx.textBaseline = 'middle'
  const shift = count === 1 ? 0 : (index === 0 ? -0.155 : 0.155) * (plot.bbox.height / values.length)
  for (const [row, value] of values.entries()) {
    if (value === null) continue
    ctx.textAlign = value < 0 ? 'right' : 'left'
    const x = plot.valToPos(value, 'y', true) + (value < 0 ? -5 : 5) * ratio
    ctx.fillText(numberInWords(value, unit), x, plot.valToPos(row, 'x', true) + shift)
  }
  ctx.restore()
  return false
}

function clipped(label: string): string {
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label
}

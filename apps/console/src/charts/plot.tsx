import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'

export interface PlotProps {
  readonly options: (colours: Colours) => Omit<uPlot.Options, 'width' | 'height'>
  readonly data: uPlot.AlignedData
  readonly height: number
}

export interface Colours {
  readonly lines: readonly string[]
  readonly ink: string
  readonly grid: string
  readonly paper: string
}

/** One plot, as wide as there is room, in the colours of the page: drawn again when one of these changes. */
export function Plot({ options, data, height }: PlotProps) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const { current } = place
    if (!current) return
    let plot: uPlot | undefined
    function draw() {
      if (!current) return
      plot?.destroy()
      plot = new uPlot({ ...options(coloursOf(current)), width: current.clientWidth || 320, height }, data, current)
    }
    draw()
    const resized = new ResizeObserver(() => plot?.setSize({ width: current.clientWidth, height }))
    resized.observe(current)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', draw)
    const themed = new MutationObserver(draw)
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      resized.disconnect()
      themed.disconnect()
      dark.removeEventListener('change', draw)
      plot?.destroy()
    }
  }, [options, data, height])
  return <div ref={place} className="plot" style={{ height }} />
}

/** What the names of the colours stand for at this place and in this theme: a canvas does not know names. */
function coloursOf(element: Element): Colours {
  const probe = document.createElement('i')
  element.append(probe)
  const named = (name: string) => {
    probe.style.color = `var(${name})`
    return getComputedStyle(probe).color
  }
  const colours = {
    lines: ['--plot-1', '--plot-2', '--plot-3', '--plot-4'].map(named),
    ink: named('--faint'),
    grid: named('--line'),
    paper: named('--card'),
  }
  probe.remove()
  return colours
}

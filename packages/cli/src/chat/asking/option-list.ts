import { clipped } from '../../terminal/prose.ts'
import type { Style } from '../../terminal/terminal.ts'

interface Option {
  readonly label: string
  readonly description?: string | undefined
}

/** What stands before each option: a box where several may be ticked. */
export function marks(ticked: readonly number[] | undefined): (index: number) => string {
  return (index) => (ticked === undefined ? '' : ticked.includes(index) ? '[x] ' : '[ ] ')
}

/** Options below each other, with their numbers, and the one that is pointed at. */
export function optionLines(
  options: readonly Option[],
  pointed: number | undefined,
  mark: (index: number) => string,
  columns: number,
  style: Style,
): readonly string[] {
  const digits = `${options.length}`.length
  return options.map(({ label, description }, index) => {
    const isPointed = index === pointed
    const row = clipped(`${mark(index)}${label}${description ? `  ${description}` : ''}`, columns - 14)
    const number = `${index + 1}`.padStart(digits)
    return `      ${isPointed ? style.cyan('❯') : ' '} ${style.cyan(number)} ${isPointed ? style.bold(row) : row}`
  })
}

/** Where an arrow key leads to from here; from nowhere, to the first one. */
export function moved(pointed: number | undefined, key: 'up' | 'down', count: number): number {
  if (pointed === undefined) return key === 'down' ? 0 : count - 1
  return Math.min(count - 1, Math.max(0, pointed + (key === 'down' ? 1 : -1)))
}

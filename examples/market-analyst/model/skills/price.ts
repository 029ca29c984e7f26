import { pastYear, wholeHistory } from '../period.ts'
import { longDate, named, price as priced, section, signed, table } from '../writing.ts'
import { clippedNote, within } from './lines.ts'
import { answers, asks, nothingToShow, type Skill } from './skill.ts'

// What something costs: now, on a day, or month by month over a period.

const MOST = 4
const MOST_ROWS = 24
const DAY = 86_400_000

export const price: Skill = (question, desk, world) => {
  const asked = question.periods[0]
  const isDay = asked === undefined || asked.from === asked.to
  const usual = /\b(?:highest|lowest|record|all[- ]time)\b/i.test(question.text) ? wholeHistory(world) : pastYear(world)
  const period = isDay ? { ...usual, ...(asked ? { from: before(asked.from, 9), to: asked.to } : {}) } : asked
  const every = isDay
    ? asked
      ? 'day'
      : 'month'
    : spanOf(period) > 130
      ? 'month'
      : spanOf(period) > 30
        ? 'week'
        : 'day'
  const wantsVolume = /\bvolumes?\b/i.test(question.text)
  const instruments = question.subjects.instruments.slice(0, MOST)
  const found = instruments.map(({ ticker }) => desk.ask('get_prices', { ticker, ...within(period), every }))
  if (desk.isWaiting) {
    return asks(
      `I read the prices of ${instruments.map(named).join(', ')} ${isDay && asked ? `up to ${longDate(asked.to)}` : period.label}.`,
    )
  }
  const blocks = found.flatMap((result) => {
    const last = result?.points.at(-1)
    if (!result || !last) return []
    const title = `**${named(result)} closed at ${priced(last.close)} ${result.currency} on ${longDate(last.date)}**`
    const volume = wantsVolume && last.volume !== null ? ` ${last.volume.toLocaleString('en-US')} were traded.` : ''
    if (isDay && asked) {
      const change = last.changePct === null ? '' : `, ${signed(last.changePct)} against the close before`
      const isOther = last.date !== asked.to
      const closed = isOther ? ` There was no trading on ${longDate(asked.to)}; this is the last close before it.` : ''
      return [`${title}${change}. The day ranged from ${priced(last.low)} to ${priced(last.high)}.${volume}${closed}`]
    }
    const highest = result.highest
      ? `The highest close ${period.label} was ${priced(result.highest.close)} (${longDate(result.highest.date)})`
      : ''
    const lowest = result.lowest ? `, the lowest ${priced(result.lowest.close)} (${longDate(result.lowest.date)}).` : ''
    const head = ['Date', 'Close', 'Change', 'Low', 'High', ...(wantsVolume ? ['Volume'] : [])]
    const rows = result.points.map(({ date, close, changePct, low, high, volume }) => [
      ...[longDate(date), priced(close), changePct === null ? '–' : signed(changePct), priced(low), priced(high)],
      ...(wantsVolume ? [volume?.toLocaleString('en-US') ?? '–'] : []),
    ])
    return [
      `${title}. ${highest}${lowest}`,
      rows.length <= MOST_ROWS && section(`${named(result)} by ${every}`, table(head, rows)),
    ]
  })
  if (blocks.length === 0) return nothingToShow(desk)
  return answers(
    'The prices are there; I give the close and the range.',
    ...blocks,
    clippedNote(question.periods, world),
  )
}

function before(date: string, days: number): string {
  return new Date(Date.parse(date) - days * DAY).toISOString().slice(0, 10)
}

function spanOf({ from, to }: { readonly from: string; readonly to: string }): number {
  return (Date.parse(to) - Date.parse(from)) / DAY
}

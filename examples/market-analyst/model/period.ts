// Finds the stretches of time a text speaks of: "last month", "since January", "Q2 2026", "between 3 March and 1 May".

export interface Period {
  readonly from: string
  readonly to: string
  /** As it stands in a sentence: "over the past 3 months", "in 2025". */
  readonly label: string
  /** The data begins or ends within what was asked. */
  readonly isClipped?: boolean
  /** Not a day of it lies in the data. */
  readonly isOutside?: boolean
}

export interface Span {
  readonly first: string
  readonly today: string
}

export interface PeriodsFound {
  readonly periods: readonly Period[]
  /** The text without what was understood. */
  readonly rest: string
}

const DAY = 86_400_000
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const NUMBERS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
]
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?'
const YEAR = '(?:19|20)\\d\\d'
const COUNT = `(?:\\d{1,5}|${NUMBERS.slice(1).join('|')}|(?:a )?couple of|a few)`
const ORDINAL = '(?:first|second|third|fourth|1st|2nd|3rd|4th)'

// "200-day average" and "one-day moves" name no stretch of time.
const NOT_A_PERIOD = '[ -](?:ago|moving|simple|average|sma|ma|move|drop|gain|fall|change|jump|loss|swing|rise)'

// The longest way of writing comes first.
const POINT = [
  '\\d{4}-\\d\\d-\\d\\d',
  `\\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH},?(?: ${YEAR})?(?!\\d)`,
  `${MONTH} \\d{1,2}(?:st|nd|rd|th)?(?!\\d)(?:,? ${YEAR})?`,
  `${MONTH},?(?: of)? ${YEAR}`,
  `q[1-4](?: of)?,? ?(?:${YEAR})?`,
  `${YEAR} ?q[1-4]`,
  `(?:the )?${ORDINAL} quarter(?: of)?(?: ${YEAR})?`,
  `h[12](?: of)?,? ?(?:${YEAR})?`,
  `(?:the )?(?:first|second) half(?: of)? ${YEAR}`,
  `(?:the )?(?:start|beginning) of (?:${YEAR}|the year|the month|the quarter|${MONTH})`,
  `(?:the )?end of (?:${YEAR}|${MONTH}(?: ${YEAR})?)`,
  '(?:last|this) (?:week|month|quarter|year)',
  `(?:last )?(?:${WEEKDAYS.slice(1, 6).join('|')})`,
  'today|yesterday',
  `(?<!\\d)${YEAR}(?!\\d)`,
  MONTH,
].join('|')

interface Form {
  readonly pattern: RegExp
  readonly read: (match: readonly (string | undefined)[], span: Span) => Period | undefined
}

const form = (source: string, read: Form['read']): Form => ({
  pattern: new RegExp(`\\b(?:${source})(?![a-z0-9])`, 'i'),
  read,
})

const FORMS: readonly Form[] = [
  form(`between (${POINT}) and (${POINT})`, ([, from, to], span) => stretch(from, to, span)),
  form(`from (${POINT}) (?:to|until|till|through|-|–) (${POINT})`, ([, from, to], span) => stretch(from, to, span)),
  form(`(${POINT}) ?(?:-|–|to|until|through) ?(${POINT})`, ([, from, to], span) => stretch(from, to, span)),
  form(`(?:since|from|starting(?: in| from)?) (${POINT})(?: on(?:wards?)?)?`, ([, from], span) => since(from, span)),
  form(`after (${POINT})`, ([, from], span) => after(from, span)),
  form(`(?:before|until|up to|till) (${POINT})`, ([, to], span) => until(to, span)),
  form('(?:the )?(?:year to date|ytd)|(?:so far )?this year(?: so far)?', (_, span) => toDate('year', span)),
  form('(?:the )?(?:quarter to date|qtd)|(?:so far )?this quarter(?: so far)?', (_, span) => toDate('quarter', span)),
  form('(?:the )?(?:month to date|mtd)|(?:so far )?this month(?: so far)?', (_, span) => toDate('month', span)),
  form('(?:so far )?this week(?: so far)?', (_, span) => toDate('week', span)),
  form(
    '(?:(?:in|of|over|for) )?(?:all time|the beginning|inception|the start|(?:the )?(?:whole|entire|full|all) (?:history|period|time|data)|all (?:the )?years|ever)',
    (_, span) => clip({ from: span.first, to: span.today, label: 'over the whole history' }, span),
  ),
  form(
    `(?:(?:in|over|during|for|within|of) )?(?:the )?(?:last|past|previous|recent|latest|trailing) (${COUNT}) ?-?(?:trading )?(day|session|week|month|quarter|year)s?`,
    ([, count, unit], span) => trailing(numberOf(count!), unit!, span),
  ),
  form('(?:(?:in|over|during|for|within) )?(?:the )?past (day|week|month|quarter|year)', ([, unit], span) =>
    trailing(1, unit!, span),
  ),
  form('(?:over|during|for|within|in) the last (week|month|quarter|year)', ([, unit], span) =>
    trailing(1, unit!, span),
  ),
  form('(?:in |during |of |for )?(?:the )?(?:last|previous) (week|month|quarter|year)', ([, unit], span) =>
    calendarBefore(unit!, span),
  ),
  form(
    `(?<!(?:worst|best|top|largest|biggest) )(?:over |in |for )?(${COUNT}) ?-?(day|week|month|year)s?(?!${NOT_A_PERIOD})`,
    ([, count, unit], span) => trailing(numberOf(count!), unit!, span),
  ),
  form(`(?:on |in |during |for |of |at |as of )?(${POINT})`, ([, point], span) => whole(point, span)),
]

/** At most four periods, in the order in which the forms find them. Words that are no period are left in `rest`. */
export function findPeriods(text: string, span: Span): PeriodsFound {
  let rest = text
  const found: { place: number; period: Period }[] = []
  for (const { pattern, read } of FORMS) {
    for (let match = pattern.exec(rest); match && found.length < 4; match = pattern.exec(rest)) {
      const period = isVerb(match[0], rest, match.index) ? undefined : read(match, span)
      if (period) found.push({ place: match.index, period })
      // Spaces of the same length, so that the places of what comes later stay as they are.
      const blank = (period ? ' ' : '_').repeat(match[0].length)
      rest = rest.slice(0, match.index) + blank + rest.slice(match.index + match[0].length)
    }
  }
  const periods = found.sort((a, b) => a.place - b.place).map(({ period }) => period)
  return { periods, rest: [...rest].map((letter, i) => (letter === '_' ? text[i] : letter)).join('') }
}

/** "may" and "march" are verbs too. */
function isVerb(match: string, text: string, place: number): boolean {
  if (!/^(may|mar|march|sun|sat)$/i.test(match.trim())) return false
  return match.trim().toLowerCase() === 'may' && !/\b(in|since|of|last|this|during)\s$/i.test(text.slice(0, place))
}

/** The usual period where none is named. */
export function pastMonths(count: number, span: Span): Period {
  return trailing(count, 'month', span)
}

export function pastYear(span: Span): Period {
  return trailing(1, 'year', span)
}

export function yearToDate(span: Span): Period {
  return toDate('year', span)
}

export function wholeHistory(span: Span): Period {
  return { from: span.first, to: span.today, label: 'over the whole history' }
}

function trailing(count: number, unit: string, span: Span): Period {
  const label = `over the past ${count === 1 ? '' : `${count} `}${unit}${count === 1 ? '' : 's'}`
  return clip({ from: plus(back(span.today, count, unit), 1), to: span.today, label }, span)
}

function back(date: string, count: number, unit: string): string {
  switch (unit) {
    case 'day':
      return plus(date, -count)
    case 'session':
      // Five sessions a week; two days more for a weekend.
      return plus(date, -Math.ceil((count * 7) / 5))
    case 'week':
      return plus(date, -7 * count)
    case 'quarter':
      return plusMonths(date, -3 * count)
    case 'year':
      return plusMonths(date, -12 * count)
    default:
      return plusMonths(date, -count)
  }
}

function toDate(unit: 'week' | 'month' | 'quarter' | 'year', span: Span): Period {
  const label = { week: 'this week', month: 'this month', quarter: 'this quarter', year: 'year to date' }[unit]
  return clip({ from: startOf(unit, span.today), to: span.today, label }, span)
}

function calendarBefore(unit: string, span: Span): Period {
  const to = plus(startOf(unit, span.today), -1)
  const from = startOf(unit, to)
  const label = {
    week: 'last week',
    month: `in ${monthName(from)}`,
    quarter: `in ${quarterName(from)}`,
    year: `in ${from.slice(0, 4)}`,
  }
  return clip({ from, to, label: label[unit as keyof typeof label] }, span)
}

function stretch(first: string | undefined, last: string | undefined, span: Span): Period | undefined {
  // "March to June 2025": the year of the end is the year of the beginning.
  const year = /(19|20)\d\d/.exec(last ?? '')?.[0]
  const from = year && !/\d{4}/.test(first ?? '') ? point(`${first} ${year}`, span) : point(first, span)
  const to = point(last, span)
  if (!from || !to || from.from > to.to) return undefined
  return clip({ from: from.from, to: to.to, label: `from ${spoken(from.from)} to ${spoken(to.to)}` }, span)
}

function since(text: string | undefined, span: Span): Period | undefined {
  const start = point(text, span)
  return start && clip({ from: start.from, to: span.today, label: `since ${spoken(start.from)}` }, span)
}

function after(text: string | undefined, span: Span): Period | undefined {
  const start = point(text, span)
  return start && clip({ from: plus(start.to, 1), to: span.today, label: `after ${spoken(start.to)}` }, span)
}

function until(text: string | undefined, span: Span): Period | undefined {
  const end = point(text, span)
  return end && clip({ from: span.first, to: plus(end.from, -1), label: `before ${spoken(end.from)}` }, span)
}

function whole(text: string | undefined, span: Span): Period | undefined {
  const found = point(text, span)
  return found && clip(found, span)
}

function clip(period: Period, { first, today }: Span): Period {
  if (period.to < first || period.from > today) return { ...period, isOutside: true }
  const from = period.from < first ? first : period.from
  const to = period.to > today ? today : period.to
  return from === period.from && to === period.to ? period : { ...period, from, to, isClipped: true }
}

/** The days that one name of a time covers. A month without a year is the latest one that has begun. */
function point(text: string | undefined, span: Span): Period | undefined {
  const said = (text ?? '').toLowerCase().replace(/[.,]/g, ' ').replace(/\s+/g, ' ').trim()
  const year = /(?:^|\D)((?:19|20)\d\d)(?:\D|$)/.exec(said)?.[1]
  const month = MONTHS.findIndex((name) => new RegExp(`(^|[^a-z])${name.slice(0, 3)}`).test(said)) + 1
  const iso = /^\d{4}-\d\d-\d\d$/.exec(said)
  if (iso) return isDate(said) ? day(said) : undefined
  if (said === 'today') return day(span.today)
  if (said === 'yesterday') return day(plus(span.today, -1))
  const relative = /^(last|this) (week|month|quarter|year)$/.exec(said)
  if (relative) return relative[1] === 'last' ? calendarBefore(relative[2]!, span) : toDate(relative[2] as 'year', span)
  const weekday = WEEKDAYS.indexOf(said.replace(/^last /, ''))
  if (weekday >= 0) return day(weekdayBefore(span.today, weekday))
  const quarter = /q([1-4])/.exec(said)?.[1] ?? ordinal(/(\w+) quarter/.exec(said)?.[1])
  if (quarter) return quarterOf(Number(quarter), year, span)
  const half = /h([12])/.exec(said)?.[1] ?? ordinal(/(\w+) half/.exec(said)?.[1])
  if (half) return halfOf(Number(half), year ?? span.today.slice(0, 4))
  const edge = /^(?:the )?(start|beginning|end) of/.exec(said)?.[1]
  if (edge) return edgeOf(edge === 'end' ? 'end' : 'start', said, month, year, span)
  if (month === 0) return year ? { from: `${year}-01-01`, to: `${year}-12-31`, label: `in ${year}` } : undefined
  const date = /(?:^|\s)(\d{1,2})(?:st|nd|rd|th)?(?:\s|$)/.exec(said)?.[1]
  if (date) return dayOf(Number(date), month, year, span)
  const inYear = year ?? latestYear(month, span)
  const from = `${inYear}-${two(month)}-01`
  return { from, to: plus(plusMonths(from, 1), -1), label: `in ${monthName(from)}` }
}

function day(date: string): Period {
  return { from: date, to: date, label: `on ${spoken(date)}` }
}

function dayOf(date: number, month: number, year: string | undefined, span: Span): Period | undefined {
  const inYear = Number(year ?? span.today.slice(0, 4))
  const asked = `${inYear}-${two(month)}-${two(date)}`
  if (!isDate(asked)) return undefined
  return day(!year && asked > span.today ? `${inYear - 1}${asked.slice(4)}` : asked)
}

function quarterOf(quarter: number, year: string | undefined, span: Span): Period {
  const month = quarter * 3 - 2
  const from = `${year ?? latestYear(month, span)}-${two(month)}-01`
  return { from, to: plus(plusMonths(from, 3), -1), label: `in ${quarterName(from)}` }
}

function halfOf(half: number, year: string): Period {
  return half === 1
    ? { from: `${year}-01-01`, to: `${year}-06-30`, label: `in the first half of ${year}` }
    : { from: `${year}-07-01`, to: `${year}-12-31`, label: `in the second half of ${year}` }
}

function edgeOf(edge: 'start' | 'end', said: string, month: number, year: string | undefined, span: Span): Period {
  const unit = /the (year|month|quarter)$/.exec(said)?.[1]
  const from = unit
    ? startOf(unit, span.today)
    : month > 0
      ? `${year ?? latestYear(month, span)}-${two(month)}-01`
      : `${year}-01-01`
  if (edge === 'start') return day(from)
  return day(plus(plusMonths(from, month > 0 ? 1 : 12), -1))
}

function latestYear(month: number, { today }: Span): string {
  const year = Number(today.slice(0, 4))
  return String(`${year}-${two(month)}-01` <= today ? year : year - 1)
}

function startOf(unit: string, date: string): string {
  if (unit === 'year') return `${date.slice(0, 4)}-01-01`
  if (unit === 'month') return `${date.slice(0, 7)}-01`
  if (unit === 'quarter') return `${date.slice(0, 4)}-${two(Math.floor((Number(date.slice(5, 7)) - 1) / 3) * 3 + 1)}-01`
  return plus(date, -((new Date(date).getUTCDay() + 6) % 7))
}

function weekdayBefore(today: string, weekday: number): string {
  return plus(today, -((new Date(today).getUTCDay() - weekday + 7) % 7))
}

function plus(date: string, days: number): string {
  return iso(Date.parse(date) + days * DAY)
}

/** The same day of another month, or that month's last day. */
function plusMonths(date: string, months: number): string {
  const [year, month, dayOfMonth] = date.split('-').map(Number) as [number, number, number]
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return iso(Date.UTC(year, month - 1 + months, Math.min(dayOfMonth, last)))
}

/** Kept within four-digit years, so that dates compare as texts whatever was asked. */
function iso(ms: number): string {
  return new Date(Math.min(Math.max(ms, Date.UTC(1900, 0, 1)), Date.UTC(2999, 11, 31))).toISOString().slice(0, 10)
}

function isDate(text: string): boolean {
  const ms = Date.parse(text)
  return !Number.isNaN(ms) && iso(ms) === text
}

function numberOf(text: string): number {
  if (text.endsWith('couple of')) return 2
  if (text === 'a few') return 3
  const word = NUMBERS.indexOf(text.toLowerCase())
  return word >= 0 ? word : Math.max(1, Number(text))
}

function ordinal(text: string | undefined): string | undefined {
  const place = ['first', 'second', 'third', 'fourth'].indexOf(text ?? '') + 1 || Number.parseInt(text ?? '', 10)
  return place ? String(place) : undefined
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function monthName(date: string): string {
  return `${capital(MONTHS[Number(date.slice(5, 7)) - 1]!)} ${date.slice(0, 4)}`
}

function quarterName(date: string): string {
  return `Q${Math.ceil(Number(date.slice(5, 7)) / 3)} ${date.slice(0, 4)}`
}

/** "3 March 2025" */
function spoken(date: string): string {
  return `${Number(date.slice(8))} ${monthName(date)}`
}

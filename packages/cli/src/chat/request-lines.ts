import type { Json } from '@longwire/protocol'
import type { RequestView } from '@longwire/view'
import { clipped, cut, printable, wrap } from '../terminal/prose.ts'
import type { Style } from '../terminal/terminal.ts'
import { isObject, plain } from './asking/field.ts'
import { diffIn, styledDiffLine } from './diff-lines.ts'
import { about } from './figures.ts'

const MARGIN = '  '
const DEEPER = '      '

/** What is asked, with all that the answer is about. */
export function askedLines(request: RequestView, columns: number, style: Style): readonly string[] {
  const [first = '', ...rest] = printable(request.message)
    .split('\n')
    .flatMap((line) => wrap(line, columns - 6))
  const to = request.to === undefined ? [] : [`${DEEPER}${style.dim(`for ${clipped(request.to, 40)} to answer`)}`]
  return [
    '',
    `${MARGIN}${style.yellow('?')} ${style.bold(first)}`,
    ...rest.map((line) => `${MARGIN}  ${line}`),
    ...to,
    ...inputLines(request.input, columns, style),
  ]
}

/** An input for a person to read: each field by its name, a change as a diff, nothing left out. */
export function inputLines(input: Json | undefined, columns: number, style: Style): readonly string[] {
  if (input === undefined) return []
  if (!isObject(input)) return block(textOf(input), columns, style)
  const diff = diffIn(input)
  const entries = Object.entries(input).filter(([name]) => !diff?.of.includes(name))
  const width = Math.min(24, Math.max(0, ...entries.map(([name]) => name.length)))
  return [
    ...entries.flatMap(([name, value]) => entryLines(printable(name), value, width, columns, style)),
    ...(diff?.lines ?? []).flatMap((line) =>
      cut(styledDiffLine(line, style), columns - DEEPER.length).map((row) => DEEPER + row),
    ),
  ]
}

function entryLines(name: string, value: Json, width: number, columns: number, style: Style): readonly string[] {
  const text = textOf(value)
  const label = `${DEEPER}${style.dim(name.padEnd(width))}`
  const isShort = !text.includes('\n') && DEEPER.length + width + 2 + text.length <= columns
  return isShort ? [`${label}  ${text}`] : [label, ...block(text, columns - 2, style).map((line) => `  ${line}`)]
}

function block(text: string, columns: number, _style: Style): readonly string[] {
  return text
    .split('\n')
    .flatMap((line) => cut(line, columns - DEEPER.length))
    .map((line) => DEEPER + line)
}

function textOf(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, isFlat(value) ? 0 : 2)
  return printable(text).replaceAll('\t', '    ')
}

function isFlat(value: Json): boolean {
  return JSON.stringify(value).length <= 60
}

/** What became of it, and by whom. */
export function settledLine(request: RequestView, columns: number, style: Style): string {
  const [mark, what] = outcomeOf(request, style)
  const by = request.by === undefined ? '' : ` by ${request.by}`
  const [word, ...more] = what
  return `${MARGIN}${mark} ${word}${by}${style.dim(clipped(more.length > 0 ? `: ${more.join(', ')}` : '', columns - 12 - (word?.length ?? 0) - by.length))}`
}

/** In one word and what belongs to it. */
function outcomeOf(
  { outcome, answer, onExpiry, input, options }: RequestView,
  style: Style,
): readonly [string, readonly string[]] {
  const yes = style.green('✓')
  const no = style.red('✗')
  if (outcome === 'withdrawn') return [style.yellow('■'), ['not asked any more']]
  if (outcome === 'expired')
    return [style.yellow('⌛'), [`nobody answered in time${onExpiry ? `, so it ${ON_EXPIRY[onExpiry]}` : ''}`]]
  if (!answer) return [yes, ['answered']]
  if ('approved' in answer) {
    if (!answer.approved) return [no, ['denied', ...(answer.reason ? [answer.reason] : [])]]
    return [
      yes,
      answer.editedInput === undefined
        ? ['approved']
        : ['approved with changes', ...changes(input, answer.editedInput)],
    ]
  }
  if (answer.action === 'cancel') return [style.yellow('■'), ['sent away']]
  if (answer.action === 'decline') return [no, ['declined', ...faultIn(answer.content)]]
  const option = options?.find(({ value }) => value === answer.content)
  return [yes, ['answered', ...(option ? [option.label] : gist(answer.content))]]
}

const ON_EXPIRY = {
  deny: 'counts as no',
  approve: 'counts as yes',
  fail: 'fails',
  escalate: 'goes to others',
} as const

function changes(input: Json | undefined, edited: Json): readonly string[] {
  if (!isObject(input) || !isObject(edited)) return gist(edited)
  const names = [...new Set([...Object.keys(input), ...Object.keys(edited)])]
  return names
    .filter((name) => JSON.stringify(input[name]) !== JSON.stringify(edited[name]))
    .map((name) => `${name}: ${plain(edited[name]) || 'left out'}`)
}

function gist(content: Json | undefined): readonly string[] {
  if (content === undefined || content === null) return []
  return isObject(content)
    ? Object.entries(content).map(([name, value]) => `${name}: ${plain(value)}`)
    : [plain(content)]
}

function faultIn(content: Json | undefined): readonly string[] {
  const error = isObject(content) && isObject(content.error) ? content.error.message : undefined
  return error === undefined ? [] : [plain(error)]
}

/** How long it may still be answered, and what comes then. */
export function timeLeft(
  { expiresAt, onExpiry = 'fail' }: Pick<RequestView, 'expiresAt' | 'onExpiry'>,
  now: number,
): string | undefined {
  if (expiresAt === undefined) return undefined
  return `${about(expiresAt - now)} left, then it ${ON_EXPIRY[onExpiry]}`
}

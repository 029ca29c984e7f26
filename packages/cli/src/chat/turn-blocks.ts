import { FAILURES, type Json } from '@longwire/protocol'
import type { MessageView, PartView, RequestView, SessionView, SpanView, ToolPartView, TurnView } from '@longwire/view'
import { clipped, inline, prose, wrap } from '../terminal/prose.ts'
import type { Style } from '../terminal/terminal.ts'
import type { Block } from './block.ts'
import { duration, tokens } from './figures.ts'
import { askedLines, settledLine } from './request-lines.ts'

const MARGIN = '  '

/** Text of a step that was taken back while a person was reading it. */
export interface Withdrawn {
  readonly turn: string
  readonly step: string
  readonly at: number
  readonly text: string
  readonly reason: string
}

/** A turn from top to bottom, in the order in which it happened. */
export function turnBlocks(view: SessionView, turn: TurnView, withdrawn: readonly Withdrawn[] = []): readonly Block[] {
  const isOver = turn.endedAt !== undefined
  const calls = callsOf(turn)
  const spans = shownSpans(turn)
  const spanned = new Set(spans.map(({ span }) => span.step))
  const unspanned = calls.filter(({ step }) => step === undefined || !spanned.has(step))
  // A message is dated by its end, work by its beginning: where both are of one moment, the work came first.
  const happened: Happened[] = [
    ...turn.messages.filter(({ role }) => role === 'user').flatMap((message) => messageBlocks(turn, message)),
    ...spans.map((shown) => spanBlock(turn, shown, callOf(shown.span, calls))),
    ...unspanned.map((call) => ({ at: call.startedAt ?? Number.MAX_SAFE_INTEGER, block: callBlock(turn, call) })),
    ...turn.messages.filter(({ role }) => role !== 'user').flatMap((message) => messageBlocks(turn, message)),
    ...turn.requests.flatMap((request) => requestBlocks(turn, request)),
    ...withdrawn.filter((each) => each.turn === turn.turn).map(withdrawnBlock),
  ]
  happened.sort((a, b) => a.at - b.at)
  const blocks = [...causeBlocks(view, turn), ...happened.map(({ block }) => block)]
  return isOver ? [...blocks, endBlock(turn)] : blocks
}

/** The key of the text that a step drafts, for as long as it is not taken back. */
export function draftKey(turn: string, step: string): string {
  return `${turn}/${step}/text`
}

export function withdrawnKey({ turn, step, at }: Withdrawn): string {
  return `${turn}/${step}/withdrawn at ${at}`
}

interface Happened {
  readonly at: number
  readonly block: Block
}

function messageBlocks(turn: TurnView, message: MessageView): readonly Happened[] {
  // A draft is what is said now, so it stands last, whenever it began.
  const at = message.draft && message.role === 'assistant' ? Number.POSITIVE_INFINITY : message.at
  if (message.role === 'user') return [{ at, block: userBlock(turn, message) }]
  const isFinal = !message.draft || turn.endedAt !== undefined
  return [
    ...said(message, 'reasoning', `${turn.turn}/${message.id}/reasoning`, isFinal, reasoningLines),
    ...said(message, 'text', draftKey(turn.turn, message.id), isFinal, textLines(message)),
  ].map((block) => ({ at, block }))
}

type Lines = (text: string, columns: number, style: Style) => readonly string[]

function said(message: MessageView, type: 'text' | 'reasoning', key: string, isFinal: boolean, lines: Lines): Block[] {
  const text = message.parts.flatMap((part) => (part.type === type ? [part.text] : [])).join('\n\n')
  if (text.trim() === '') return []
  return [{ key, isFinal, lines: (columns, style) => lines(text, columns, style) }]
}

function textLines({ partial }: MessageView): Lines {
  return (text, columns, style) => [
    '',
    ...indented(prose(text, columns - MARGIN.length, style)),
    ...(partial ? [`${MARGIN}${style.yellow('… stopped here')}`] : []),
  ]
}

function reasoningLines(text: string, columns: number, style: Style): readonly string[] {
  const bar = `${MARGIN}${style.dim('┊')} `
  return prose(text, columns - MARGIN.length - 2, style).map((line) => bar + style.dim(style.italic(line)))
}

/** How a person came in: asked, joined a running turn, broke into one. */
const MARKS = { queue: '›', steer: '↪', interrupt: '»' } as const

function userBlock(turn: TurnView, message: MessageView): Block {
  const text = message.parts.map(inputText).join('\n')
  return {
    key: `${turn.turn}/${message.id}`,
    isFinal: true,
    lines: (columns, style) => {
      const lines = text.split('\n').flatMap((line) => wrap(line, columns - 2))
      const mark = style.cyan(MARKS[message.delivery ?? 'queue'])
      return ['', ...lines.map((line, at) => `${at === 0 ? mark : ' '} ${style.bold(line)}`)]
    },
  }
}

function inputText(part: PartView): string {
  if (part.type === 'text') return part.text
  return part.type === 'file' ? `[file ${part.name ?? part.mediaType}]` : `[${part.type}]`
}

/** A span that a person reads, and the depth it stands at. */
interface Shown {
  readonly span: SpanView
  readonly depth: number
}

function shownSpans({ trace }: TurnView): readonly Shown[] {
  const below = (spans: readonly SpanView[], depth: number): Shown[] =>
    spans.flatMap((span) => [{ span, depth }, ...below(span.children, depth + 1)])
  return below(trace, 0)
}

function callsOf({ messages }: TurnView): readonly ToolPartView[] {
  return messages.flatMap(({ parts }) => parts.filter((part) => part.type === 'tool'))
}

function callOf({ kind, step }: SpanView, calls: readonly ToolPartView[]): ToolPartView | undefined {
  return kind === 'model' || step === undefined ? undefined : calls.find((call) => call.step === step)
}

/** A piece of work, and where it is a call that has a name for people, what was called, faintly. */
function spanBlock(turn: TurnView, shown: Shown, call: ToolPartView | undefined): Happened {
  const { span, depth } = shown
  const isFinal = span.tookMs !== undefined || turn.endedAt !== undefined
  const lines = (columns: number, style: Style) => {
    const margin = MARGIN.repeat(depth + 1)
    const took = span.tookMs === undefined ? '' : ` ${style.dim(duration(span.tookMs))}`
    const done = span.fraction !== undefined && !isFinal ? ` ${Math.round(span.fraction * 100)} %` : ''
    const label = inline(clipped(span.label, columns - margin.length - 12), style)
    const styled = span.kind === 'rationale' ? style.dim(style.italic(label)) : depth === 0 ? label : style.dim(label)
    const first = `${margin}${spanMark(span, isFinal, style)} ${styled}${style.dim(done)}${took}`
    return call ? [first, ...callLines(call, margin.length + 2, columns, style)] : [first]
  }
  return { at: beganAt(span), block: { key: `${turn.turn}/${span.span}`, isFinal, lines } }
}

/** A span that is open may not say since when: then it stands with the first below it, or after all that is known. */
function beganAt({ startedAt, children }: SpanView): number {
  return startedAt ?? Math.min(Number.MAX_SAFE_INTEGER, ...children.map(beganAt))
}

function spanMark({ outcome }: SpanView, isFinal: boolean, style: Style): string {
  if (outcome === 'error') return style.red('✗')
  if (outcome === 'cancelled') return style.yellow('■')
  return isFinal ? style.green('✓') : style.cyan('●')
}

/** A call that no span shows. */
function callBlock(turn: TurnView, call: ToolPartView): Block {
  const isFinal = call.state.startsWith('output-') || turn.endedAt !== undefined
  const lines = (columns: number, style: Style) => {
    const took = call.tookMs === undefined ? '' : ` ${style.dim(duration(call.tookMs))}`
    const title = call.title ?? call.name
    return [`${MARGIN}${callMark(call, isFinal, style)} ${title}${took}`, ...callLines(call, 4, columns, style)]
  }
  return { key: `${turn.turn}/${call.call}`, isFinal, lines }
}

function callMark({ state }: ToolPartView, isFinal: boolean, style: Style): string {
  if (state === 'output-error' || state === 'output-denied') return style.red('✗')
  return isFinal ? style.green('✓') : style.cyan('●')
}

/** What was called with what, and what went wrong. */
function callLines(call: ToolPartView, margin: number, columns: number, style: Style): readonly string[] {
  const input = call.input === undefined ? (call.inputText ?? '') : inputOf(call.input)
  const called = `${' '.repeat(margin)}${style.dim(clipped(`${call.name}  ${input}`, columns - margin))}`
  const isWrong = call.state === 'output-error' || call.state === 'output-denied'
  if (!isWrong) return [called]
  return [called, `${' '.repeat(margin)}${style.red(clipped(call.error ?? 'denied', columns - margin))}`]
}

function inputOf(input: Json): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return JSON.stringify(input)
  return Object.entries(input)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}

/** What was asked stands for good at once: only what became of it is still to come. */
function requestBlocks(turn: TurnView, request: RequestView): readonly Happened[] {
  const key = `${turn.turn}/${request.request}`
  const lines = (columns: number, style: Style) => askedLines(request, columns, style)
  const asked = { at: request.askedAt, block: { key, isFinal: true, lines } }
  if (request.outcome === undefined) return [asked]
  const outcome = (columns: number, style: Style) => [settledLine(request, columns, style)]
  return [
    asked,
    { at: request.settledAt ?? request.askedAt, block: { key: `${key}/outcome`, isFinal: true, lines: outcome } },
  ]
}

/** Why a turn began that no person asked for. */
function causeBlocks(view: SessionView, turn: TurnView): readonly Block[] {
  const why = causeOf(view, turn)
  if (why === undefined) return []
  const lines = (columns: number, style: Style) => [
    '',
    `${style.magenta('◆')} ${style.bold(clipped(why, columns - 4))}`,
  ]
  return [{ key: `${turn.turn}/cause`, isFinal: true, lines }]
}

function causeOf(
  { tasks, schedules }: SessionView,
  { cause, task: taskId, schedule: scheduleId }: TurnView,
): string | undefined {
  if (cause === 'task') {
    const task = tasks.find(({ task }) => task === taskId)
    const how = { ok: 'is done', error: 'failed', cancelled: 'was stopped' }[task?.outcome ?? 'ok']
    return `In the background: ${task?.label ?? 'a task'} ${how}`
  }
  if (cause !== 'schedule') return undefined
  const schedule = schedules.find(({ schedule }) => schedule === scheduleId)
  return schedule ? `It is time: ${schedule.label}` : 'It is time for what was scheduled'
}

function withdrawnBlock(withdrawn: Withdrawn): Happened {
  const lines = (columns: number, style: Style) => [
    '',
    ...indented(prose(withdrawn.text, columns - MARGIN.length, style).map((line) => struck(line, style))),
    `${MARGIN}${style.yellow('↶')} ${style.dim(clipped(`the text above was taken back: ${reasonOf(withdrawn)}`, columns - 6))}`,
  ]
  return { at: withdrawn.at, block: { key: withdrawnKey(withdrawn), isFinal: true, lines } }
}

function reasonOf({ reason }: Withdrawn): string {
  return (FAILURES as Readonly<Record<string, { says: string }>>)[reason]?.says ?? reason
}

function struck(line: string, style: Style): string {
  return style.dim(style.strikethrough(line))
}

function endBlock(turn: TurnView): Block {
  const lines = (columns: number, style: Style) => {
    const took = duration(turn.endedAt! - turn.startedAt)
    const used = tokens(turn.usage)
    if (turn.status === 'failed') {
      const why = `failed: ${turn.error?.message ?? turn.finishReason} (${turn.error?.code ?? 'unknown'})`
      return ['', ...indented(wrap(style.red(`✗ ${why}`), columns - MARGIN.length))]
    }
    if (turn.status === 'cancelled') return ['', `${MARGIN}${style.yellow('■')} ${style.dim(`stopped after ${took}`)}`]
    const tries = turn.attempt > 1 ? `picked up ${turn.attempt - 1}×` : ''
    return ['', `${MARGIN}${style.dim([took, used, tries].filter(Boolean).join(' · '))}`]
  }
  return { key: `${turn.turn}/end`, isFinal: true, lines }
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : MARGIN + line))
}

import { FAILURES, type Json } from '@longwire/protocol'
import type { MessageView, PartView, RequestView, SpanView, ToolPartView, TurnView } from '@longwire/view'
import { clipped, prose, wrap } from '../terminal/prose.ts'
import type { Style } from '../terminal/terminal.ts'
import type { Block } from './block.ts'
import { duration, tokens } from './figures.ts'

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
export function turnBlocks(turn: TurnView, withdrawn: readonly Withdrawn[] = []): readonly Block[] {
  const isOver = turn.endedAt !== undefined
  const happened = [
    ...turn.messages.flatMap((message) => messageBlocks(turn, message)),
    ...shownSpans(turn).map((span) => spanBlock(turn, span, isOver)),
    ...turn.requests.map((request) => requestBlock(turn, request)),
    ...withdrawn.filter((each) => each.turn === turn.turn).map(withdrawnBlock),
  ]
  happened.sort((a, b) => a.at - b.at)
  return isOver ? [...happened.map(({ block }) => block), endBlock(turn)] : happened.map(({ block }) => block)
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
  const calls = message.parts.filter((part) => part.type === 'tool')
  return [
    ...said(message, 'reasoning', `${turn.turn}/${message.id}/reasoning`, isFinal, reasoningLines),
    ...said(message, 'text', draftKey(turn.turn, message.id), isFinal, textLines(message)),
  ]
    .map((block): Happened => ({ at, block }))
    .concat(calls.map((call): Happened => ({ at: call.startedAt ?? at, block: callBlock(turn, call) })))
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

function userBlock(turn: TurnView, message: MessageView): Block {
  const text = message.parts.map(inputText).join('\n')
  return {
    key: `${turn.turn}/${message.id}`,
    isFinal: true,
    lines: (columns, style) => {
      const lines = text.split('\n').flatMap((line) => wrap(line, columns - 2))
      return ['', ...lines.map((line, at) => `${at === 0 ? style.cyan('›') : ' '} ${style.bold(line)}`)]
    },
  }
}

function inputText(part: PartView): string {
  if (part.type === 'text') return part.text
  return part.type === 'file' ? `[file ${part.name ?? part.mediaType}]` : `[${part.type}]`
}

/** The spans a person reads, with the depth they stand at. A span that only wraps a call stands for the call. */
function shownSpans({ trace }: TurnView): readonly { readonly span: SpanView; readonly depth: number }[] {
  const below = (spans: readonly SpanView[], depth: number): { span: SpanView; depth: number }[] =>
    spans.flatMap((span) => [{ span, depth }, ...below(span.children, depth + 1)])
  return below(trace, 0)
}

function spanBlock(turn: TurnView, shown: { span: SpanView; depth: number }, isOver: boolean): Happened {
  const { span, depth } = shown
  const isFinal = span.tookMs !== undefined || isOver
  const lines = (columns: number, style: Style) => {
    const margin = MARGIN.repeat(depth + 1)
    const took = span.tookMs === undefined ? '' : ` ${style.dim(duration(span.tookMs))}`
    const done = span.fraction !== undefined && !isFinal ? ` ${Math.round(span.fraction * 100)} %` : ''
    const label = clipped(span.label, columns - margin.length - 12)
    const styled = span.kind === 'rationale' ? style.dim(style.italic(label)) : depth === 0 ? label : style.dim(label)
    return [`${margin}${spanMark(span, isFinal, style)} ${styled}${style.dim(done)}${took}`]
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

function callBlock(turn: TurnView, call: ToolPartView): Block {
  const isOver = call.state.startsWith('output-') || turn.endedAt !== undefined
  const lines = (columns: number, style: Style) => {
    const margin = MARGIN.repeat(2)
    const took = call.tookMs === undefined ? '' : ` ${style.dim(duration(call.tookMs))}`
    const named = `${margin}${callMark(call, style)} ${call.name}`
    const room = columns - margin.length - call.name.length - 14
    const input = call.input === undefined ? (call.inputText ?? '') : inputOf(call.input)
    const first = `${named} ${style.dim(clipped(input, Math.max(8, room)))}${took}`
    const result = resultOf(call, style, columns - margin.length - 4)
    return result === undefined ? [first] : [first, `${margin}  ${result}`]
  }
  return { key: `${turn.turn}/${call.call}`, isFinal: isOver, lines }
}

function callMark({ state }: ToolPartView, style: Style): string {
  if (state === 'output-available') return style.dim('↳')
  if (state === 'output-error' || state === 'output-denied') return style.red('✗')
  return style.cyan('↳')
}

function resultOf({ state, output, error }: ToolPartView, style: Style, columns: number): string | undefined {
  if (state === 'output-error' || state === 'output-denied') return style.red(clipped(error ?? 'denied', columns))
  if (state !== 'output-available' || output === undefined) return undefined
  return style.dim(clipped(JSON.stringify(output), columns))
}

function inputOf(input: Json): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return JSON.stringify(input)
  return Object.entries(input)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}

function requestBlock(turn: TurnView, request: RequestView): Happened {
  const isFinal = request.outcome !== undefined || turn.endedAt !== undefined
  const lines = (columns: number, style: Style) => [
    `${MARGIN}${style.yellow('?')} ${clipped(request.message, columns - 24)} ${style.dim(request.outcome ?? 'waits for an answer')}`,
  ]
  return { at: request.askedAt, block: { key: `${turn.turn}/${request.request}`, isFinal, lines } }
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
    return ['', `${MARGIN}${style.dim([took, used].filter(Boolean).join(' · '))}`]
  }
  return { key: `${turn.turn}/end`, isFinal: true, lines }
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : MARGIN + line))
}

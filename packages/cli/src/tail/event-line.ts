import type { ReadEvent } from '@longwire/client'
import { placeOf, printPlace } from '@longwire/protocol'
import { duration } from '../chat/figures.ts'
import { clipped } from '../terminal/prose.ts'
import type { Style } from '../terminal/terminal.ts'

/** One event in one line: its place, when it was, what it is, and the gist of it. */
export function eventLine(event: ReadEvent, columns: number, style: Style): string {
  if (event.type === 'snapshot') {
    const gist = `${event.why}: ${event.view.turns.length} turns, ${event.view.status}`
    return `${event.at.padEnd(8)}${' '.repeat(14)}${style.yellow('snapshot'.padEnd(19))}${gist}`
  }
  const isDraft = 'sub' in event
  const place = printPlace(placeOf(event)).padEnd(8)
  const at = new Date(event.at).toISOString().slice(11, 23)
  const type = event.type.padEnd(19)
  const line = clipped(gist(event), Math.max(16, columns - 42))
  return `${isDraft ? style.dim(place) : style.bold(place)}${style.dim(at)}  ${(isDraft ? style.dim : style.cyan)(type)}${line}`
}

function gist(event: Exclude<ReadEvent, { type: 'snapshot' }>): string {
  switch (event.type) {
    case 'session.opened':
      return `${event.agent}, ${event.tools.length} tools`
    case 'session.closed':
      return event.reason
    case 'session.described':
      return JSON.stringify(event.changes)
    case 'input.accepted':
      return `${event.input} ${event.delivery} by ${event.by}: ${event.text ?? JSON.stringify(event.parts)}`
    case 'input.applied':
      return `${event.input} to turn ${event.turn}`
    case 'input.returned':
      return `${event.input} ${event.reason}`
    case 'turn.started':
      return `${event.turn} by ${event.cause}, attempt ${event.attempt}`
    case 'turn.ended':
      return event.error ? `${event.outcome}: ${event.error.message} (${event.error.code})` : event.outcome
    case 'chunk.text':
    case 'chunk.reasoning':
      return event.text
    case 'chunk.tool':
      return `${event.name} ${event.input}`
    case 'message.committed':
      return `${event.partial ? 'partial: ' : ''}${event.message.parts.map(partGist).join(' ')}`
    case 'tool.started':
      return `${event.name} ${JSON.stringify(event.input)}`
    case 'tool.finished':
      return `${event.outcome} after ${duration(event.tookMs)} ${event.error ?? JSON.stringify(event.output) ?? ''}`
    case 'inputs.arranged':
      return event.inputs.join(', ')
    case 'step.started':
      return `${event.name}${event.until ? ` until ${new Date(event.until).toISOString()}` : ''}`
    case 'schedule.set':
      return `${event.schedule} ${event.label}, next ${new Date(event.next).toISOString()}`
    case 'schedule.ended':
      return `${event.schedule} ${event.reason}`
    case 'step.finished':
      return `${event.name} after ${duration(event.tookMs)}`
    case 'step.rolledback':
      return `${event.step}: ${event.reason}`
    case 'trace.progress':
      return `${event.level} ${event.label}`
    case 'trace.span':
      return `${event.level} ${event.label}: ${event.outcome} after ${duration(event.tookMs)}`
    case 'control.requested':
      return `${event.request} ${event.kind}: ${event.message}`
    case 'control.settled':
      return `${event.request} ${event.outcome}${event.by ? ` by ${event.by}` : ''} ${event.answer ? JSON.stringify(event.answer) : ''}`
    case 'task.started':
      return `${event.task} ${event.label}`
    case 'task.finished':
      return `${event.task} ${event.outcome}`
    case 'task.progress':
      return `${event.task} ${event.label ?? ''}`
    default:
      return JSON.stringify(event)
  }
}

type Part = Extract<ReadEvent, { type: 'message.committed' }>['message']['parts'][number]

function partGist(part: Part): string {
  if (part.type === 'text') return part.text
  if (part.type === 'reasoning') return `[reasoning: ${part.text}]`
  return part.type === 'tool-call' ? `[calls ${part.name}]` : `[${part.type}]`
}

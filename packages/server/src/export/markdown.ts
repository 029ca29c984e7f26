import type { Json, SessionEvent } from '@longwire/protocol'
import {
  emptyView,
  fold,
  lastTurns,
  type MessageView,
  type PartView,
  type SessionView,
  type TurnView,
} from '@longwire/view'

/** A conversation as a page to read, written as its log goes by: a turn once it is over, and the last one as it stands. */
export class MarkdownPage {
  #view: SessionView = emptyView()

  /** What this commit adds to the page. */
  add(event: SessionEvent): string {
    this.#view = fold(this.#view, event)
    if (event.type === 'session.opened') return ''
    if (event.type !== 'turn.ended') return ''
    return this.#takeTurn()
  }

  /** What is left. */
  end(): string {
    return this.#takeTurn()
  }

  /** What stands above it all, for a session that is called so. */
  static head({
    title,
    agent,
    session,
    createdAt,
  }: {
    title: string
    agent: string
    session: string
    createdAt: number
  }): string {
    return `# ${line(title)}\n\nA session with ${line(agent)}, begun ${timeOf(createdAt)}. Its id is \`${session}\`.\n`
  }

  #takeTurn(): string {
    const last = this.#view.turns.at(-1)
    if (!last) return ''
    // What is written is let go of: a long conversation costs no more than its longest turn.
    this.#view = { ...lastTurns(this.#view, 1), turns: [] }
    return turnText(last)
  }
}

function turnText({ messages, status, error, startedAt, requests }: TurnView): string {
  const said = messages.map((message) => messageText(message)).filter((text) => text !== '')
  const asked = requests.map(({ message, outcome, answer, by }) => {
    const settled = outcome === 'answered' ? `${JSON.stringify(answer)}${by ? ` by ${by}` : ''}` : (outcome ?? 'open')
    return `> **Asked:** ${line(message)} — ${line(settled)}\n`
  })
  const ending = status === 'failed' ? [`> **Failed:** ${line(error?.message ?? 'no reason')} (${error?.code})\n`] : []
  const stopped = status === 'cancelled' ? ['> **Stopped by a person.**\n'] : []
  return [`\n---\n\n<sub>${timeOf(startedAt)}</sub>\n`, ...said, ...asked, ...ending, ...stopped].join('\n')
}

function messageText({ role, parts, by, partial }: MessageView): string {
  const text = parts
    .map(partText)
    .filter((each) => each !== '')
    .join('\n\n')
  if (text === '') return ''
  const who = role === 'user' ? `**${line(by ?? 'user')}:**` : '**Agent:**'
  return `${who}\n\n${text}${partial ? ' …' : ''}\n`
}

function partText(part: PartView): string {
  switch (part.type) {
    case 'text':
      return part.text
    case 'reasoning':
      return `<details><summary>Thought</summary>\n\n${part.text}\n\n</details>`
    case 'tool':
      return toolText(part)
    case 'file':
      return `*File: ${line(part.name ?? part.mediaType)}*`
    case 'data':
      return `*Data: ${line(part.name)}*\n\n${fenced(part.data)}`
  }
}

function toolText({ name, title, input, output, error, state }: Extract<PartView, { type: 'tool' }>): string {
  const result = error !== undefined ? `*${line(error)}*` : output === undefined ? `*${state}*` : fenced(output)
  return `<details><summary>Tool: ${line(title ?? name)}</summary>\n\n${fenced(input ?? null)}\n\n${result}\n\n</details>`
}

/** In a fence that is longer than any in it. */
function fenced(value: Json): string {
  const text = JSON.stringify(value, undefined, 2)
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}json\n${text}\n${fence}`
}

/** Text of others in a line of ours: it begins no heading, tag or list of its own. */
function line(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/[<>&]/g, (each) => `&#${each.charCodeAt(0)};`)
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

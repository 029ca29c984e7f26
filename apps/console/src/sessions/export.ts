import type { SessionView, TurnView } from '@longwire/view'
import { asked, olderTurns } from '../line/older-turns.ts'
import type { Stay } from '../line/stay.ts'
import { titleIn } from './title.ts'

/** Saves all that was said as Markdown. */
export async function saveAsMarkdown(stay: Stay, session: string, view: SessionView): Promise<void> {
  const turns = [...view.turns]
  for (let hasMore = view.earlier > 0; hasMore && turns[0]; ) {
    const page = await olderTurns(stay, session, turns[0].turn)
    turns.unshift(...page.turns)
    hasMore = page.hasMore && page.turns.length > 0
  }
  save(`${fileName(titleIn(view))}.md`, 'text/markdown', markdownOf(titleIn(view), view, turns))
}

/** Saves the log as it is: every commit, one for each line. */
export async function saveAsJson(stay: Stay, session: string): Promise<void> {
  const lines: string[] = []
  for (let place = '0'; ; ) {
    const path = `/v1/sessions/${encodeURIComponent(session)}/events?after=${place}&trace=debug`
    const page = await asked<{ events: readonly { sub?: number }[]; place: string }>(stay, path)
    lines.push(...page.events.filter(({ sub }) => sub === undefined).map((event) => JSON.stringify(event)))
    if (page.events.length === 0 || page.place === place) break
    place = page.place
  }
  save(`${fileName(session)}.json`, 'application/json', `[\n${lines.join(',\n')}\n]\n`)
}

function markdownOf(title: string, { agent, session }: SessionView, turns: readonly TurnView[]): string {
  const head = `# ${title}\n\n*${agent}, session ${session}*\n`
  return [head, ...turns.map(turnAsMarkdown)].join('\n')
}

function turnAsMarkdown({ messages, status, error }: TurnView): string {
  const said = messages.flatMap(({ role, parts, delivery }) => {
    const text = parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n\n')
    const tools = parts.flatMap((part) => (part.type === 'tool' ? `- ${part.title ?? part.name}: ${part.state}` : []))
    const body = [text, tools.join('\n')].filter((each) => each.trim() !== '').join('\n\n')
    if (body === '') return []
    return delivery !== undefined || role === 'user' ? [body.replaceAll(/^/gm, '> ')] : [body]
  })
  const end = status === 'failed' ? [`**This turn failed**: ${error?.message ?? ''}`] : []
  return `---\n\n${[...said, ...end].join('\n\n')}\n`
}

function fileName(text: string): string {
  return (
    text
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
      .replaceAll(/^-|-$/g, '')
      .toLowerCase()
      .slice(0, 60) || 'session'
  )
}

function save(name: string, type: string, text: string): void {
  const href = URL.createObjectURL(new Blob([text], { type }))
  const link = Object.assign(document.createElement('a'), { href, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(href), 10_000)
}

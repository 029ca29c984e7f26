import { resolve } from 'node:path'
import {
  type AgentHost,
  findAgents,
  type RunListener,
  type Said,
  type TurnEnd,
  WorkerHost,
} from '@longwire/agent/internal'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Talk } from './talk.ts'

// The whole agent, as a server runs it: loaded from its file, in a worker thread, over the message boundary.

let host: AgentHost
beforeAll(async () => {
  process.env.LONGWIRE_OFFLINE_TOKEN_MS = '0'
  host = await WorkerHost.open({ files: await findAgents([resolve(import.meta.dirname, '..')]) })
})
afterAll(() => host.close())

interface Heard {
  readonly commits: readonly { readonly type: string; readonly [field: string]: unknown }[]
  readonly text: string
  readonly end: TurnEnd | string
}

/** Stands where a session stands, and takes all that one turn says. */
async function turn(text: string, turnId = 't1'): Promise<Heard> {
  const commits: Heard['commits'][number][] = []
  const { promise, resolve: ended } = Promise.withResolvers<TurnEnd | string>()
  let drafts = ''
  let items = 0
  const texts = new Set<number>()
  const take = (item: Said) => {
    if (item.type === 'open' && item.head.type === 'chunk.text') texts.add(item.draft)
    if (item.type === 'add' && texts.has(item.draft)) drafts += JSON.parse(`"${item.escaped}"`)
    if (item.type === 'add') run.credit(Buffer.byteLength(item.escaped))
    if (item.type === 'commit') {
      commits.push(...item.commits.map(({ json }) => JSON.parse(json)))
      run.stored(++items)
    }
    if (item.type === 'take') run.steer([])
    if (item.type === 'end') ended(item.end)
  }
  const listener: RunListener = { said: (said) => said.forEach(take), died: (_code, message) => ended(message) }
  const inputs = [{ input: 'i1', delivery: 'queue' as const, text, by: 'ann' }]
  const run = host.start(
    {
      ...{
        session: 's',
        turn: turnId,
        agent: 'market-analyst',
        attempt: 1,
        cause: 'input',
        principal: 'ann',
        metadata: {},
      },
      ...{ inputs, history: [], recorded: [] },
    },
    listener,
  )
  const end = await promise
  return { commits, text: drafts, end }
}

test('the agent says what it is: its tools, its model, and questions to begin with', () => {
  const [agent, ...others] = host.agents()
  expect(others).toEqual([])
  expect(agent).toMatchObject({ name: 'market-analyst', model: 'offline:market-analyst' })
  expect(agent!.examples[0]).toBe('Analyze the latest market trends.')
  expect(agent!.tools.map(({ name }) => name)).toContain('search_notes')
})

test('a turn in a worker plans, shows its work as milestones, and streams the same answer as the bare model', async () => {
  const { commits, text, end } = await turn('Analyze the latest market trends.')
  expect(end).toMatchObject({ outcome: 'completed', finishReason: 'stop' })
  expect(text).toBe((await new Talk().ask('Analyze the latest market trends.')).text)
  const milestones = commits
    .filter(({ type, level }) => type === 'trace.span' && level === 'milestone')
    .map(({ label }) => label)
  expect(milestones).toEqual(
    expect.arrayContaining([
      'Comparing sectors, 31 Jul – 30 Oct 2026',
      'Ranking shares, worst first, 1 Oct – 30 Oct 2026',
      'Searching the notes for *rotation bond yields* on Energy, Technology, 31 Jul – 30 Oct 2026',
    ]),
  )
  const parts = commits
    .filter(({ type }) => type === 'message.committed')
    .flatMap(({ message }) => (message as { parts: { type: string }[] }).parts)
  expect(parts.map(({ type }) => type)).toEqual(expect.arrayContaining(['reasoning', 'tool-call', 'text']))
  expect(commits.filter(({ type, outcome }) => type === 'tool.finished' && outcome === 'ok')).toHaveLength(9)
})

test('the SQL that was run stands in the trace, below the milestone of its tool', async () => {
  const { commits } = await turn('How did Energy do last month?', 't2')
  const spans = commits.filter(({ type }) => type === 'trace.span')
  const sql = spans.find(({ label }) => label === 'SQL')!
  expect(sql).toMatchObject({
    level: 'detail',
    kind: 'search',
    detail: { sql: expect.stringContaining('JOIN prices') },
  })
  expect(spans.find(({ span }) => span === sql.parent)).toMatchObject({ level: 'milestone' })
})

test('a query of the person’s own runs in a worker too', async () => {
  const { text } = await turn("select count(*) as n from notes where date like '2026%'", 't3')
  expect(text).toContain('The query gave 1 row')
})

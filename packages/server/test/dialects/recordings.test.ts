import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRunInput } from '../../src/dialects/ag-ui/run-input.ts'
import { planOf as planOfRun } from '../../src/dialects/ag-ui/run-plan.ts'
import { RunSpeech } from '../../src/dialects/ag-ui/run-speech.ts'
import { PayloadSpeech } from '../../src/dialects/agentcore/payload-speech.ts'
import { ArticleSpeech } from '../../src/dialects/bedrock/article-speech.ts'
import { readAsked } from '../../src/dialects/bedrock/asked-of-us.ts'
import { InvocationSpeech, planOf } from '../../src/dialects/bedrock/invocation-speech.ts'
import type { Speech, Told } from '../../src/dialects/dialect.ts'

// What a server told of one real turn, and what each dialect made of it. A change that shows in one of these files is seen by
// programs that others wrote.

const FOLDER = join(import.meta.dirname, 'recordings')
const TURN = readFileSync(join(FOLDER, 'turn.jsonl'), 'utf8').trim().split('\n')

/** The names of the commands that were said when the turn was recorded. */
function commandIds(): () => string {
  let made = 0
  return () => `c${++made}`
}

const whom = { agent: 'market-analyst', session: 'unique-session-id' }
const address = { sessionId: 'unique-session-id', agentId: 'AGENT123', agentAliasId: 'PROD' }
const wanted = readAsked({ inputText: 'How did energy do?', enableTrace: true })
const run = readRunInput({
  threadId: 'unique-session-id',
  runId: 'run-1',
  messages: [{ id: 'm1', role: 'user', content: 'How did energy do?' }],
})

const SPEECHES: readonly (readonly [name: string, speech: () => Speech])[] = [
  [
    'article',
    () => new ArticleSpeech({ ...whom, address, encoding: 'text', mostCharacters: 5_000, commandId: commandIds() }),
  ],
  ['invoke-agent', () => new InvocationSpeech({ ...whom, address, wanted, streams: true, commandId: commandIds() })],
  [
    'invocations',
    () =>
      new PayloadSpeech({ ...whom, address, wanted, streams: true, mostCharacters: 5_000, commandId: commandIds() }),
  ],
  ['ag-ui', () => new RunSpeech({ ...whom, run, mostCharacters: 5_000, commandId: commandIds() })],
]

test.each(SPEECHES)('[D9] %s says of a recorded turn what it said before', async (name, make) => {
  const speech = make()
  speech.begin()
  const told = TURN.flatMap((text) => speech.told(JSON.parse(text) as Told, text).tell ?? [])
  expect(told.length).toBeGreaterThan(5)
  await expect(`${told.join('\n')}\n`).toMatchFileSnapshot(join(FOLDER, `${name}.jsonl`))
})

test.each(['sdk-invoke-agent', 'sdk-return-control', 'boto3-invoke-agent'])(
  '[D6] the body that %s sent is a plan',
  (name) => {
    const body = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'))
    const requests = [{ request: 'r1', kind: 'approval', message: 'May I?', askedAt: 0 }] as const
    const plan = planOf(readAsked(body), { view: undefined, requests })
    expect(plan).toMatchObject(
      name === 'sdk-return-control' ? { answers: [{ request: 'r1', approved: true }] } : { input: { text: 'Hello' } },
    )
  },
)

test.each(['http-agent-run', 'http-agent-resume'])('[D7] the body that %s sent is a plan', (name) => {
  const body = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'))
  const requests = [{ request: 'r1', kind: 'approval', message: 'May I?', askedAt: 0 }] as const
  const plan = planOfRun(readRunInput(body), { view: undefined, requests })
  expect(plan).toMatchObject(
    name === 'http-agent-resume' ? { answers: [{ request: 'r1', approved: true }] } : { input: { text: 'Hello' } },
  )
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer, type LongwireServer } from '@longwire/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Conversation, runCase, type Step } from './conversation.ts'

const FOLDER = join(import.meta.dirname, '../../spec/cases/conversations')

let server: LongwireServer
beforeAll(async () => {
  const agents = [join(import.meta.dirname, 'agents.ts')]
  server = await createServer({ agents, port: 0 })
})
afterAll(() => server?.stop(0))

for (const file of readdirSync(FOLDER)) {
  const cases = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as readonly Conversation[]
  describe(`spec/cases/conversations/${file}`, () => {
    test.for(cases.map((one) => ({ ...one, numbers: one.rules.map((rule) => `[${rule}]`).join(' ') })))(
      '$numbers $title',
      (conversation) => runCase(server.url, conversation),
    )
  })
}

test.each<[told: string, ...steps: Step[]]>([
  ['.type is "pong", not "ok"', { send: { type: 'ping', id: '1' } }, { reply: { id: '1', type: 'ok' } as never }],
  ['the answer to 1 did not come in 50 ms', { reply: { id: '1' } }],
  ['the close did not come in 50 ms', { closed: 1000 }],
  ['there came {"type":"error"', { sendText: 'junk' }, { until: { type: 'ok' }, never: [{ type: 'error' }] }],
  ['it is 200, not 404', { http: { method: 'GET', path: '/healthz' }, status: 404 }],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the format of cases has placeholders
  ['nothing was captured as name', { sendText: '${name}' }],
])('a conversation that goes another way is told as such: %s', async (told, ...steps) => {
  await expect(runCase(server.url, { rules: [], title: 'wrong', steps }, { timeoutMs: 50 })).rejects.toThrow(told)
})

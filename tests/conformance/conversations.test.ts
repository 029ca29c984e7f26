import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer, type LongwireServer } from '@longwire/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Conversation, runCase, type Step } from './conversation.ts'
import type { Move } from './line.ts'
import { overHttp, overWebSocket } from './movers.ts'

const FOLDER = join(import.meta.dirname, '../../spec/cases/conversations')

let server: LongwireServer
beforeAll(async () => {
  const agents = [join(import.meta.dirname, 'agents.ts')]
  server = await createServer({ agents, port: 0 })
})
afterAll(() => server?.stop(0))

/** In the order in which a client tries them. */
const MOVERS: readonly (readonly [name: string, move: Move])[] = [
  ['a WebSocket', overWebSocket],
  ['HTTP', overHttp],
]
const PLAYED = readdirSync(FOLDER).flatMap((file) => MOVERS.map(([name, move]) => ({ file, name, move })))

for (const { file, name, move } of PLAYED) {
  const all = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as readonly Conversation[]
  const cases = move === overWebSocket ? all : all.filter(isOfAnyWire)
  describe(`spec/cases/conversations/${file} over ${name}`, () => {
    test.for(cases.map((one) => ({ ...one, numbers: one.rules.map((rule) => `[${rule}]`).join(' ') })))(
      '$numbers $title',
      (conversation) => runCase(server.url, conversation, { move }),
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
  // Only what never comes is waited for so briefly: everything else comes when the machine has time for it.
  const options = told.endsWith('in 50 ms') ? { timeoutMs: 50 } : {}
  await expect(runCase(server.url, { rules: [], title: 'wrong', steps }, options)).rejects.toThrow(told)
})

/** What no request over HTTP can carry as it stands is for a WebSocket alone: frames of bytes, and frames without end. */
function isOfAnyWire({ steps }: Conversation): boolean {
  return !steps.some((step) => 'sendBytes' in step || 'sendSize' in step)
}

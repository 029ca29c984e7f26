import { createServer, type LongwireServer } from '@longwire/server'
import { LocalBus, MemoryStore } from '@longwire/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXITS } from '../src/exit-codes.ts'
import { AGENTS } from './command.ts'
import { runHere } from './here.ts'

let server: LongwireServer
beforeAll(async () => {
  const cluster = { name: 'one', bus: new LocalBus().join() }
  server = await createServer({ agents: [AGENTS], port: 0, data: new MemoryStore(), cluster })
})
afterAll(() => server.stop(0))

const at = (...args: readonly string[]) => runHere([...args, '--url', server.url])

test('[N34] nodes shows each node and what it has to do, for a person and as JSON', async () => {
  const { code, out } = await at('nodes')
  expect(out).toMatch(/^node .*state.*sessions.*turns.*lag.*up for\none +alive +0 +0 +\d+ ms +\d+ s\n$/)
  expect(code).toBe(EXITS.ok.code)
  expect(JSON.parse((await at('nodes', '--json')).out)).toMatchObject({ name: 'one', isAlive: true, sessions: 0 })
})

test('[N34] nodes drain and undrain ask a node by its name, and say so where there is none', async () => {
  expect((await at('nodes', 'drain', 'one')).out).toBe('one gives up its sessions and takes no more.\n')
  expect((await at('nodes')).out).toContain('draining')
  expect((await at('nodes', 'undrain', 'one')).out).toBe('one takes sessions again.\n')
  const { code, err } = await at('nodes', 'drain', 'nobody')
  expect(err).toContain('no living node is called nobody')
  expect(code).toBe(EXITS.not_found.code)
})

test('a bus without a store is refused, with what to do', async () => {
  const { code, err } = await runHere(['serve', AGENTS, '--bus', 'nats://127.0.0.1'])
  expect(err).toContain('give --store as well')
  expect(code).toBe(EXITS.usage.code)
})

import { fileURLToPath } from 'node:url'
import { createServer } from '@longwire/server'
import { expect, test } from 'vitest'
import { ended, of, textsOf } from './home.ts'
import { type Home, Person } from './person.ts'
import { wellFormed } from './well-formed.ts'

const AGENT = fileURLToPath(new URL('agents/neighbours.ts', import.meta.url))
const INNOCENTS = 10

test('[T15] [G30] a session that takes down its worker each time fails alone: those who shared the worker complete', {
  timeout: 60_000,
}, async () => {
  const server = await createServer({ agents: [AGENT], port: 0, blockedMs: 400, onAgentOutput: () => {} })
  const line = { url: server.url, cut: new AbortController().signal }
  const home: Home = { line: async () => line }
  try {
    const names = Array.from({ length: INNOCENTS }, (_, index) => `innocent ${index}`)
    const [guilty, ...innocents] = await Promise.all(
      ['guilty', ...names].map((name) => Person.open(home, 'neighbour', name)),
    )
    await Promise.all(
      [guilty!, ...innocents].map((person) =>
        person.say({ type: 'input', id: 'go', text: person === guilty ? 'guilty' : 'innocent' }),
      ),
    )
    await Promise.all([guilty!, ...innocents].map((person) => person.until(ended(1))))
    expect(of(guilty!.commits, 'turn.ended')).toMatchObject([{ outcome: 'failed', error: { code: 'agent_blocked' } }])
    for (const { commits } of innocents) {
      expect(of(commits, 'turn.ended')).toMatchObject([{ outcome: 'completed' }])
      expect(textsOf(commits)).toEqual(['done'])
      // Taken down once, with the one that is to blame, and never again.
      expect(of(commits, 'turn.started')).toHaveLength(2)
      expect(wellFormed(commits, { isQuiet: true })).toEqual([])
    }
    expect(wellFormed(guilty!.commits, { isQuiet: true })).toEqual([])
  } finally {
    await server.stop(0)
  }
})

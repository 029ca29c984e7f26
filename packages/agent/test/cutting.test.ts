import { resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Said } from '../src/boundary/messages.ts'
import type { AgentHost } from '../src/host/agent-host.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import { WorkerHost } from '../src/host/worker-host.ts'
import durable, { ran } from './agents/durable.ts'
import { Ledger, type LedgerOptions } from './ledger.ts'
import { stillClock } from './recorder.ts'

const options: LedgerOptions = {
  answers: ({ kind }) =>
    kind === 'choice'
      ? { action: 'accept', content: { choice: 'two' } }
      : { approved: true, editedInput: kind === 'approval' ? { quantity: 12 } : undefined },
  steers: { 't1.7': [{ input: 'i-steer', delivery: 'steer', text: 'only Europe', by: 'ann' }] },
}

// Its sleeps take no time, so that it writes the same things in the same order each time.
const here = InProcessHost.open([durable], { clock: stillClock().clock })
const apart = WorkerHost.open({ files: [resolve(import.meta.dirname, 'agents/durable.ts')], log: () => {} })
afterAll(async () => {
  await (await here).close()
  await (await apart).close()
})

async function whole(host: AgentHost) {
  const ledger = new Ledger(host, 'durable', options)
  const { end } = await ledger.play()
  return { end, ledger }
}

test('[G34] a turn with everything in it ends, and says what it has found', async () => {
  const { end, ledger } = await whole(await here)
  expect(end).toEqual({ outcome: 'completed', finishReason: 'stop', usage: { inputTokens: 9, outputTokens: 6 } })
  expect(ledger.of('input.applied')).toMatchObject([{ input: 'i-steer', step: 't1.7' }])
  const last = ledger.of('message.committed').at(-1)!.message.parts[0]
  expect(JSON.parse((last as { text: string }).text)).toEqual({
    failed: 'no luck',
    left: 'ab',
    right: { action: 'accept', content: 'two' },
    approval: { approved: true, editedInput: { quantity: 12 } },
    shares: { of: 'own', length: 3 },
  })
  expect(ledger.of('tool.started').map(({ name, input }) => [name, input])).toContainEqual(['order', { quantity: 12 }])
})

/** What was said of steps, calls and spans that were in the log when the run began. */
function saidAgain(said: readonly Said[], log: Ledger['log']): readonly string[] {
  const steps = new Set(log.flatMap((each) => (each.type === 'message.committed' ? [each.step] : [])))
  const spans = new Set(log.flatMap((each) => (each.type === 'trace.span' ? [each.span] : [])))
  return said.flatMap((item) => {
    if (item.type === 'open') return steps.has(item.head.step) ? [`draft of ${item.head.step}`] : []
    if (item.type === 'take') return steps.has(item.step) ? [`take at ${item.step}`] : []
    if (item.type === 'progress') return spans.has(item.key) ? [`progress of ${item.key}`] : []
    return []
  })
}

test('[G34] cut after each thing it writes, and before it is written, it ends with the history of one never cut', async () => {
  const host = await here
  const once = await whole(host)
  for (let n = 1; n <= once.ledger.writes; n++) {
    for (const cut of [n, -n]) {
      const ledger = new Ledger(host, 'durable', options)
      const first = ledger.start([cut])
      expect(await first.end, `cut at ${cut}`).toBe('cut')
      const kept = [...ledger.log]
      ran.length = 0
      const second = ledger.start()
      expect(await second.end, `cut at ${cut}`).toEqual(once.end)
      expect(ledger.history, `cut at ${cut}`).toEqual(once.ledger.history)
      expect(saidAgain(second.said, kept), `cut at ${cut}`).toEqual([])
      const finished = kept.flatMap((each) => (each.type === 'tool.finished' ? [each.call] : []))
      expect(
        ran.filter((call) => finished.includes(call)),
        `cut at ${cut}`,
      ).toEqual([])
    }
  }
})

test('[G34] cut after every single thing it writes, it still ends with that history', async () => {
  const once = await whole(await here)
  const ledger = new Ledger(await here, 'durable', options)
  const everywhere = Array.from({ length: 400 }, (_, i) => i + 1)
  const { end } = await ledger.play(...everywhere)
  expect(end).toEqual(once.end)
  expect(ledger.history).toEqual(once.ledger.history)
  expect(ledger.attempts).toBeGreaterThan(20)
})

test('[G34] in a worker, too', async () => {
  const host = await apart
  const once = await whole(host)
  expect(once.end).toMatchObject({ outcome: 'completed' })
  for (let n = 1; n <= once.ledger.writes; n += 3) {
    const ledger = new Ledger(host, 'durable', options)
    const { end } = await ledger.play(n, -(n + 2))
    expect(end, `cut at ${n}`).toEqual(once.end)
    expect(ledger.history, `cut at ${n}`).toEqual(once.ledger.history)
  }
})

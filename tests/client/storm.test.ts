import type { Client, Fate, Session } from '@longwire/client'
import type { Commit, EventOf } from '@longwire/protocol'
import { expect, test } from 'vitest'
import { BadLine } from './bad-line.ts'
import { afterwards, clientOf, foldOfLog, IMPATIENT, logOf, served, until } from './home.ts'
import { SEEDS_THAT_FAILED, seeded } from './seeds.ts'

// Whatever a network does to what passes over it, and on whatever wire: what a client holds in the end is what the log
// holds, and each thing it sent has happened once. LONGWIRE_STORM_SEEDS says how many storms there are.
const FRESH = Number(process.env.LONGWIRE_STORM_SEEDS ?? 4)
const first = Math.floor(Date.now() / 1_000) * 1_000
const SEEDS = [...SEEDS_THAT_FAILED, ...Array.from({ length: FRESH }, (_, index) => first + index)]

const WIRES = [['websocket'], ['sse'], ['poll'], undefined] as const

for (const seed of SEEDS) {
  test(`[K8] after any storm the client holds what the log holds, and each send has happened once (seed ${seed})`, async () => {
    await storm(seed)
  }, 60_000)
}

async function storm(seed: number): Promise<void> {
  const chance = seeded(seed)
  const server = await served({ heartbeatMs: 100 })
  const line = await BadLine.before(server.url, {
    chance,
    cut: 0.05 * chance(),
    stall: 0.03 * chance(),
    halfOpen: 0.02 * chance(),
    faults: 15,
    pieceBytes: [60, 300, 1_400, 65_536][Math.floor(chance() * 4)]!,
    delayMs: chance() < 0.7 ? 0 : 1,
  })
  afterwards(() => line.close())
  const wires = WIRES[seed % WIRES.length]
  const client = clientOf(line.url, { chance: () => chance() / 20, clock: IMPATIENT, ...(wires ? { wires } : {}) })
  const session = await client.open({ agent: 'teller', session: `storm-${seed}` })
  const counted = session.derive(0, (count, event) => (event.type === 'input.accepted' ? count + 1 : count))
  const done: string[] = []
  let isDone = () => {}
  session.onCommit('turn.ended', ({ turn }) => {
    done.push(turn!)
    isDone()
  })
  const fates = await talk(session, chance)
  line.calm()
  await settled(client, session, server.url)
  const log = await logOf(server.url, session.id)
  expect(session.view).toEqual(await foldOfLog(server.url, session.id))
  expect(acceptedOf(log)).toEqual(fates.map(({ input }) => input).toSorted())
  expect(fates.filter((fate) => !isTrue(fate, log))).toEqual([])
  // State and effects may have to ask again for what the line kept from them, when the session has nothing more to tell.
  await until(counted, () => counted.value === fates.length || counted.error !== undefined)
  expect(counted.value).toBe(fates.length)
  const ended = log.filter(({ type }) => type === 'turn.ended').map(({ turn }) => turn)
  await new Promise<void>((all) => {
    isDone = () => void (done.length >= ended.length && all())
    isDone()
  })
  expect(done).toEqual(ended)
}

/** Says things, steers, interrupts and stops, as the dice fall, while the line does what it likes. */
async function talk(session: Session, chance: () => number): Promise<readonly Fate[]> {
  const sent: Promise<Fate>[] = []
  for (let n = 0; n < 8; n += 1) {
    const story = JSON.stringify({
      pieces: Math.floor(chance() * 60),
      step: 7,
      ...(chance() < 0.2 ? { failAt: 11 } : {}),
    })
    const delivery = (['queue', 'queue', 'steer', 'interrupt'] as const)[Math.floor(chance() * 4)]!
    sent.push(session.send(story, { delivery }))
    if (chance() < 0.2) session.cancel().catch(() => {})
    await new Promise((later) => setTimeout(later, chance() * 15))
  }
  return Promise.all(sent)
}

/** All is answered, all turns are over, and the client has caught up. */
async function settled(client: Client, session: Session, url: string): Promise<void> {
  await until(session, () => session.view.status === 'idle' && session.view.waiting.length === 0 && client.unsent === 0)
  const head = (await logOf(url, session.id)).at(-1)!.seq
  await until(session, () => session.isPast(head))
}

function acceptedOf(log: readonly Commit[]): readonly string[] {
  return log.flatMap((event) => (event.type === 'input.accepted' ? [event.input] : [])).toSorted()
}

function isTrue(fate: Fate, log: readonly Commit[]): boolean {
  const about = log.filter((event): event is EventOf<'input.applied' | 'input.returned'> => {
    return (event.type === 'input.applied' || event.type === 'input.returned') && event.input === fate.input
  })
  const [event] = about
  if (about.length !== 1 || !event) return false
  if (event.type === 'input.returned') return fate.outcome === 'returned' && fate.reason === event.reason
  return fate.outcome === 'applied' && fate.turn === event.turn && fate.step === event.step
}

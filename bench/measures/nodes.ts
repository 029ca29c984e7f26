import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PostgresStore } from '@longwire/store-postgres'
import { NodeProcess } from '../../tests/cluster/node-process.ts'
import { NatsProcess } from '../../tests/nats-process/nats-process.ts'
import { PostgresProcess } from '../../tests/postgres-process/postgres-process.ts'
import { NodePeer } from '../load/node-peer.ts'
import type { Measure, Pace, Row } from '../report.ts'
import { quantile } from './numbers.ts'

const AGENT = fileURLToPath(new URL('../servers/cluster-agent.ts', import.meta.url))
const TICKS_PER_SECOND = 100
const IDLE_SESSIONS = 100_000
const RETURNING = 2_000
/** A principal may have so many lines to one node and no more: each carries so many of the clients. */
const CLIENTS_OF_A_LINE = 4
const SPEAKERS = 24

interface House {
  readonly postgres: PostgresProcess
  readonly nats: NatsProcess
  start(name: string): Promise<NodeProcess>
}

export const nodes: Measure = {
  name: 'nodes',
  title: 'Several nodes',
  columns: ['longwire', ''],
  meaning: `Longwire processes on one machine, with one PostgreSQL 15 (fsync and synchronous_commit on) and one NATS beside them, and the
clients too: all share its two processors, so turns a second cannot grow with the nodes here. The processor time of a turn (ten pieces
of text and its commits) is what says how many a machine of its own would do: two cores have two seconds of it in each second, some
4,000 turns at half a millisecond, and machines add up for as long as PostgreSQL takes their commits. Takeover: from \`kill -9\` to the
first event of the next attempt, at a reader on another node, over all turns that ran; the lease is 3 s, and most of it is waiting
for its end. The latency of a reader elsewhere is that of the same event at a reader on the owner, subtracted. Resume storm: from the
kill of the node that all clients were on, to the last of them having attached elsewhere and caught up; each tries again at once.`,
  run: async (pace) => {
    const [postgres, nats] = await Promise.all([PostgresProcess.start(), NatsProcess.start()])
    const house: House = {
      postgres,
      nats,
      start: (name) => NodeProcess.start({ name, store: postgres.url(), bus: nats.url(), agents: [AGENT], env: {} }),
    }
    try {
      return [
        ...(await turnsOn(house, pace)),
        ...(await elsewhere(house, pace)),
        ...(await takeover(house, pace)),
        ...(await returning(house, pace)),
        ...(await idle(house, pace)),
      ]
    } finally {
      await Promise.all([postgres.close(), nats.close()])
    }
  },
}

async function withNodes<T>(house: House, names: readonly string[], work: (nodes: NodeProcess[]) => Promise<T>) {
  const nodes = await Promise.all(names.map((name) => house.start(name)))
  try {
    return await work(nodes)
  } finally {
    await Promise.all(nodes.map((node) => node.kill()))
  }
}

async function turnsOn(house: House, pace: Pace): Promise<readonly Row[]> {
  const rows: Row[] = []
  const seconds = pace.isQuick ? 2 : 5
  for (const names of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
    await withNodes(house, names, async (nodes) => {
      const peers = await Promise.all(
        Array.from({ length: SPEAKERS }, (_, n) => NodePeer.open(nodes[n % nodes.length]!.url)),
      )
      const before = nodes.map(cpuMs)
      const until = performance.now() + seconds * 1_000
      const turns = await Promise.all(peers.map((peer) => turnsUntil(peer, until)))
      const cpu = nodes.reduce((sum, node, n) => sum + cpuMs(node) - before[n]!, 0)
      const all = turns.reduce((sum, each) => sum + each, 0)
      for (const peer of peers) peer.close()
      const what = `${names.length} ${names.length === 1 ? 'node' : 'nodes'}`
      rows.push({ what: `turns a second, ${what}`, unit: '', longwire: all / seconds })
      rows.push({ what: `processor time of a turn, ${what}`, unit: 'ms', longwire: cpu / all })
      pace.say(`${what}: ${(all / seconds).toFixed(0)} turns a second`)
    })
  }
  return rows
}

async function turnsUntil(peer: NodePeer, until: number): Promise<number> {
  await peer.openSession()
  let turns = 0
  while (performance.now() < until) {
    const ended = peer.next('turn.ended')
    peer.say('short')
    await ended
    turns += 1
  }
  return turns
}

async function elsewhere(house: House, pace: Pace): Promise<readonly Row[]> {
  return withNodes(house, ['a', 'b'], async ([a, b]) => {
    const here = await NodePeer.open(a!.url)
    const there = await NodePeer.open(b!.url)
    const session = await here.openSession()
    await there.attach(session)
    const ended = [here.next('turn.ended'), there.next('turn.ended')]
    here.say('drip')
    await Promise.all(ended)
    const late = [...there.heardAt].flatMap(([place, at]) => {
      const first = here.heardAt.get(place)
      return first === undefined ? [] : [at - first]
    })
    here.close()
    there.close()
    pace.say(`${late.length} events on two nodes`)
    return [
      { what: 'a reader on another node, later by, p50', unit: 'ms', longwire: quantile(late, 0.5) },
      { what: 'a reader on another node, later by, p99', unit: 'ms', longwire: quantile(late, 0.99) },
    ]
  })
}

async function takeover(house: House, pace: Pace): Promise<readonly Row[]> {
  const took: number[] = []
  for (let round = 0; round < (pace.isQuick ? 1 : 3); round += 1) {
    await withNodes(house, ['a', 'b', 'c'], async ([a, b]) => {
      const peers = await Promise.all(
        Array.from({ length: 30 }, async () => {
          const here = await NodePeer.open(a!.url)
          const there = await NodePeer.open(b!.url)
          await there.attach(await here.openSession())
          const begun = there.next('chunk.text')
          here.say('long')
          await begun
          return there
        }),
      )
      const again = peers.map((peer) => peer.next('"attempt":2'))
      const killedAt = performance.now()
      await a!.kill()
      took.push(...(await Promise.all(again)).map((at) => at - killedAt))
      for (const peer of peers) peer.close()
    })
    pace.say(`takeover: p50 ${quantile(took, 0.5).toFixed(0)} ms`)
  }
  return [
    { what: 'takeover after a kill, p50', unit: 'ms', longwire: quantile(took, 0.5) },
    { what: 'takeover after a kill, p99', unit: 'ms', longwire: quantile(took, 0.99) },
  ]
}

async function returning(house: House, pace: Pace): Promise<readonly Row[]> {
  const clients = pace.isQuick ? 200 : RETURNING
  return withNodes(house, ['a', 'b', 'c'], async ([a, b, c]) => {
    const owner = await NodePeer.open(a!.url)
    const sessions: string[] = []
    for (let n = 0; n < clients / 10; n += 1) sessions.push(await owner.openSession())
    const ofLine = (line: number) =>
      Array.from({ length: CLIENTS_OF_A_LINE }, (_, n) => sessions[(line * CLIENTS_OF_A_LINE + n) % sessions.length]!)
    const attachAll = async (url: string, line: number, after: string, attached: () => void) => {
      const peer = await NodePeer.open(url)
      await Promise.all(ofLine(line).map((session) => peer.attach(session, after).then(attached)))
      return peer
    }
    const lines: NodePeer[] = []
    for (let n = 0; n < clients / CLIENTS_OF_A_LINE; n += 1) lines.push(await attachAll(a!.url, n, '0', () => {}))
    const killedAt = performance.now()
    await a!.kill()
    const back: number[] = []
    const again = await Promise.all(
      lines.map((line, n) => {
        line.close()
        return attachAll((n % 2 === 0 ? b! : c!).url, n, '1', () => back.push(performance.now() - killedAt))
      }),
    )
    for (const peer of again) peer.close()
    owner.close()
    pace.say(`${clients} clients are back after ${Math.max(...back).toFixed(0)} ms`)
    const what = `${clients.toLocaleString('en-US')} clients of a killed node are back`
    return [
      { what: `${what}, half of them after`, unit: 'ms', longwire: quantile(back, 0.5) },
      { what: `${what}, all after`, unit: 'ms', longwire: Math.max(...back) },
    ]
  })
}

async function idle(house: House, pace: Pace): Promise<readonly Row[]> {
  const sessions = pace.isQuick ? 5_000 : IDLE_SESSIONS
  const before = await withNodes(house, ['a'], async ([a]) => rssMb(a!))
  const store = await PostgresStore.open({ url: house.postgres.url() })
  for (let n = 0; n < sessions; n += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, m) => makeIdle(store, n + m)))
  }
  await store.close()
  const after = await withNodes(house, ['a'], async ([a]) => {
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    return rssMb(a!)
  })
  pace.say(`${sessions} idle sessions: ${before.toFixed(0)} MiB before, ${after.toFixed(0)} MiB after`)
  return [
    { what: 'memory of a node, no session in the log', unit: 'MiB', longwire: before },
    {
      what: `memory of a node, ${sessions.toLocaleString('en-US')} idle sessions in the log`,
      unit: 'MiB',
      longwire: after,
    },
  ]
}

async function makeIdle(store: PostgresStore, n: number): Promise<void> {
  const session = { key: `idle-${n}`, session: `idle-${n}`, agent: 'cluster', principal: 'local', metadata: {} }
  const opened = { seq: 1, type: 'session.opened', at: n, session: session.session, agent: 'cluster', tools: [] }
  await store.create({ ...session, createdAt: n }, [JSON.stringify({ ...opened, metadata: {} })])
}

/** Processor time that the node has used, its threads too. */
function cpuMs({ pid }: NodeProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1_000
}

function rssMb({ pid }: NodeProcess): number {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!
  return Number(kib) / 1_024
}

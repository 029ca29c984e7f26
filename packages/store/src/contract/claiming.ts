import { expect } from 'vitest'
import type { ClaimOutcome, NodeBeat, SharedStore } from '../claims.ts'
import { Fenced, HeadMoved, SessionMissing } from '../session-store.ts'
import { commits, newSession, range, texts } from './fixtures.ts'

/** A store that several nodes share, and its clock, which the story moves. */
export interface ClaimsGround {
  readonly store: SharedStore
  /** Lets this many milliseconds pass on the store's clock. */
  readonly pass: (ms: number) => Promise<void>
}

export type HoldsClaims = (rule: string, story: (ground: ClaimsGround) => Promise<void>) => void

/** So long that none ends by itself, however slow the machine is that the stories run on. */
const LEASE_MS = 20_000

function beat(node: string, other: Partial<NodeBeat> = {}): NodeBeat {
  return { node, name: `name-${node}`, sessions: 0, turns: 0, lagMs: 0, isDraining: false, ...other }
}

async function alive(store: SharedStore, ...nodes: readonly string[]): Promise<void> {
  for (const node of nodes) await store.claims.beat(beat(node), 60_000)
}

function epochOf(outcome: ClaimOutcome | undefined): number {
  if (outcome?.kind !== 'claimed') throw new Error(`it was not claimed but ${JSON.stringify(outcome)}`)
  return outcome.epoch
}

async function running(store: SharedStore, key: string, owner: string, status: 'running' | 'waiting' = 'running') {
  await store.create(newSession(key, { owner }), commits(1))
  await store.append(key, { head: 1, commits: commits(1), status, at: 2, epoch: 1 })
}

export function claiming(holds: HoldsClaims): void {
  holds('[N1] a session is made as owned by the node that makes it, or by nobody', async ({ store }) => {
    const made = await store.create(newSession('a', { owner: 'n1' }), commits(1))
    expect(made).toMatchObject({ owner: 'n1', epoch: 1 })
    expect(await store.load('a')).toMatchObject({ owner: 'n1', epoch: 1 })
    const free = await store.create(newSession('b'), commits(1))
    expect([free.owner, free.epoch ?? 0]).toEqual([undefined, 0])
  })

  holds('[N2] a claim of what nobody owns, or one owns oneself, succeeds and raises the epoch', async ({ store }) => {
    await alive(store, 'n1')
    await store.create(newSession('a'), commits(2))
    const first = await store.claims.claim('a', 'n1')
    const epoch = epochOf(first)
    expect(epoch).toBeGreaterThan(0)
    expect(first).toMatchObject({ record: { key: 'a', head: 2, owner: 'n1', epoch } })
    expect(epochOf(await store.claims.claim('a', 'n1'))).toBe(epoch + 1)
    expect(await store.claims.claim('nowhere', 'n1')).toBeUndefined()
  })

  holds('[N3] what a living node owns is not claimed, and its owner is named', async ({ store }) => {
    await alive(store, 'n1', 'n2')
    await store.create(newSession('a', { owner: 'n1' }), commits(1))
    expect(await store.claims.claim('a', 'n2')).toEqual({ kind: 'owned', node: 'n1', name: 'name-n1' })
    expect(await store.load('a')).toMatchObject({ owner: 'n1', epoch: 1 })
  })

  holds('[N3] what a dead node owned, or one that left or never lived, is claimed', async ({ store, pass }) => {
    await alive(store, 'n2', 'left')
    await store.claims.beat(beat('dies'), LEASE_MS)
    for (const owner of ['dies', 'left', 'unheard-of']) await store.create(newSession(owner, { owner }), commits(1))
    expect((await store.claims.claim('dies', 'n2'))!.kind).toBe('owned')
    await store.claims.leave('left')
    await pass(LEASE_MS * 2)
    for (const key of ['dies', 'left', 'unheard-of']) expect(epochOf(await store.claims.claim(key, 'n2'))).toBe(2)
  })

  holds('[N4] of many nodes that claim a session at once exactly one has it', async ({ store }) => {
    const nodes = range(8).map((n) => `n${n}`)
    await alive(store, ...nodes)
    await store.create(newSession('a'), commits(1))
    const outcomes = await Promise.all(nodes.map((node) => store.claims.claim('a', node)))
    const claimed = outcomes.filter((outcome) => outcome?.kind === 'claimed')
    expect(claimed).toHaveLength(1)
    const { owner } = (await store.load('a'))!
    expect(outcomes[nodes.indexOf(owner!)]!.kind).toBe('claimed')
  })

  holds('[N5] an append of an epoch that is over is refused, and nothing is written', async ({ store }) => {
    await alive(store, 'n1', 'n2')
    await store.create(newSession('a', { owner: 'n1', wakeAt: 5 }), commits(1))
    await store.claims.leave('n1')
    const epoch = epochOf(await store.claims.claim('a', 'n2'))
    const old = store.append('a', { head: 1, commits: commits(2), at: 9, status: 'running', wakeAt: 7, epoch: 1 })
    await expect(old).rejects.toBeInstanceOf(Fenced)
    expect(await texts(store, 'a')).toEqual(commits(1))
    expect(await store.load('a')).toMatchObject({ head: 1, status: 'idle', wakeAt: 5 })
    expect(await store.append('a', { head: 1, commits: commits(1), at: 9, epoch })).toBe(2)
    // Stale in both: the epoch says more.
    const older = store.append('a', { head: 1, commits: commits(1), at: 9, epoch: 1 })
    await expect(older).rejects.toBeInstanceOf(Fenced)
  })

  holds('[N5] a stale head at the right epoch is another error than a stale epoch', async ({ store }) => {
    await store.create(newSession('a', { owner: 'n1' }), commits(2))
    const append = store.append('a', { head: 1, commits: commits(1), at: 9, epoch: 1 })
    await expect(append).rejects.toBeInstanceOf(HeadMoved)
    const gone = store.append('gone', { head: 1, commits: commits(1), at: 9, epoch: 1 })
    await expect(gone).rejects.toBeInstanceOf(SessionMissing)
  })

  holds('[N6] a session that is given up is free, and only its owner can give it up', async ({ store }) => {
    await alive(store, 'n1', 'n2')
    await store.create(newSession('a', { owner: 'n1' }), commits(1))
    await store.claims.release('a', 'n2', 1, 'rests')
    await store.claims.release('a', 'n1', 7, 'rests')
    expect((await store.claims.claim('a', 'n2'))!.kind).toBe('owned')
    await store.claims.release('a', 'n1', 1, 'rests')
    expect((await store.load('a'))!.owner).toBeUndefined()
    expect(epochOf(await store.claims.claim('a', 'n2'))).toBe(2)
  })

  holds('[N7] a node that said nothing for its lease is dead, and learns that it was', async ({ store, pass }) => {
    const first = await store.claims.beat(beat('n1'), LEASE_MS)
    expect(first).toMatchObject({ lapsed: false, drain: false })
    expect(await store.claims.beat(beat('n1', { sessions: 4, turns: 2, lagMs: 3 }), LEASE_MS)).toMatchObject({
      lapsed: false,
    })
    const [known] = await store.claims.nodes()
    expect(known).toMatchObject({ node: 'n1', name: 'name-n1', isAlive: true, sessions: 4, turns: 2, lagMs: 3 })
    await pass(LEASE_MS * 2)
    expect(await store.claims.nodes()).toMatchObject([{ node: 'n1', isAlive: false }])
    expect((await store.claims.beat(beat('other'), 1)).now).toBeGreaterThanOrEqual(first.now + LEASE_MS)
    await store.claims.leave('other')
    expect(await store.claims.beat(beat('n1'), LEASE_MS)).toMatchObject({ lapsed: true })
    expect(await store.claims.beat(beat('n1'), LEASE_MS)).toMatchObject({ lapsed: false })
    await store.claims.leave('n1')
    expect((await store.claims.nodes()).map(({ node, isAlive }) => [node, isAlive])).toEqual([
      ['n1', false],
      ['other', false],
    ])
  })

  holds('[N8] what runs or waits on a dead node is adopted, each by one node, in portions', async ({ store, pass }) => {
    await alive(store, 'n2', 'n3')
    await store.claims.beat(beat('n1'), LEASE_MS)
    for (const n of range(6)) await running(store, `r${n}`, 'n1', n % 2 === 0 ? 'running' : 'waiting')
    await store.create(newSession('idle', { owner: 'n1' }), commits(1))
    await running(store, 'elsewhere', 'n3')
    expect(await store.claims.adopt('n2', 10)).toEqual([])
    await pass(LEASE_MS * 2)
    const portions = await Promise.all([store.claims.adopt('n2', 2), store.claims.adopt('n3', 2)])
    const rest = await store.claims.adopt('n2', 10)
    for (const portion of portions) expect(portion.length).toBeLessThanOrEqual(2)
    const adopted = [...portions.flat(), ...rest]
    expect(adopted.map(({ record }) => record.key).sort()).toEqual(range(6).map((n) => `r${n}`))
    for (const { epoch, record } of adopted) {
      expect([epoch, record.epoch, record.head]).toEqual([2, 2, 2])
      expect(await store.load(record.key)).toMatchObject({ owner: record.owner, epoch: 2 })
    }
    expect(await store.claims.adopt('n3', 10)).toEqual([])
  })

  holds('[N9] of what was given up, only what wants a runner is adopted', async ({ store }) => {
    await alive(store, 'n1', 'n2')
    await running(store, 'rests', 'n1', 'waiting')
    await running(store, 'goes-on', 'n1')
    await store.claims.release('rests', 'n1', 1, 'rests')
    await store.claims.release('goes-on', 'n1', 1, 'wants-runner')
    const adopted = await store.claims.adopt('n2', 10)
    expect(adopted.map(({ record }) => record.key)).toEqual(['goes-on'])
    expect(epochOf(await store.claims.claim('rests', 'n2'))).toBe(2)
  })

  holds('[N10] what is due is told to its owner, and to all where it has none that lives', async ({ store, pass }) => {
    await alive(store, 'n2')
    await store.claims.beat(beat('n1'), LEASE_MS)
    await store.create(newSession('of-n1', { owner: 'n1', wakeAt: 3 }), commits(1))
    await store.create(newSession('of-n2', { owner: 'n2', wakeAt: 2 }), commits(1))
    await store.create(newSession('of-nobody', { wakeAt: 1 }), commits(1))
    await store.create(newSession('later', { wakeAt: 100 }), commits(1))
    expect(await store.claims.due('n1', 50, 10)).toEqual(['of-nobody', 'of-n1'])
    expect(await store.claims.due('n2', 50, 10)).toEqual(['of-nobody', 'of-n2'])
    expect(await store.claims.due('n2', 50, 1)).toEqual(['of-nobody'])
    await pass(LEASE_MS * 2)
    expect(await store.claims.due('n2', 50, 10)).toEqual(['of-nobody', 'of-n2', 'of-n1'])
  })

  holds('[N11] an operator asks a node by its name to give up its sessions, and takes that back', async ({ store }) => {
    await alive(store, 'n1')
    expect(await store.claims.drain('name-n1', true)).toBe(true)
    expect(await store.claims.drain('name-of-nobody', true)).toBe(false)
    expect(await store.claims.beat(beat('n1'), 60_000)).toMatchObject({ lapsed: false, drain: true })
    expect(await store.claims.nodes()).toMatchObject([{ node: 'n1', isDraining: true }])
    expect(await store.claims.drain('name-n1', false)).toBe(true)
    expect(await store.claims.beat(beat('n1'), 60_000)).toMatchObject({ lapsed: false, drain: false })
    await store.claims.beat(beat('n1', { isDraining: true }), 60_000)
    expect(await store.claims.nodes()).toMatchObject([{ node: 'n1', isDraining: true }])
    await store.claims.leave('n1')
    expect(await store.claims.drain('name-n1', true)).toBe(false)
  })

  holds('[N12] all nodes share one secret, and a name is used once in its time', async ({ store, pass }) => {
    const [secret, again] = await Promise.all([store.claims.secret(), store.claims.secret()])
    expect(secret).toBe(again)
    expect(Buffer.from(secret, 'base64url').byteLength).toBe(32)
    const used = await Promise.all(range(6).map(() => store.claims.useOnce('ticket', LEASE_MS)))
    expect(used.filter((isFirst) => isFirst)).toHaveLength(1)
    expect(await store.claims.useOnce('another', LEASE_MS)).toBe(true)
    await pass(LEASE_MS * 2)
    expect(await store.claims.useOnce('ticket', LEASE_MS)).toBe(true)
  })
}

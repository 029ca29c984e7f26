// The rules of `spec/log.md` as a suite for vitest: a new store is one file, and a test that calls this with it.
import { afterAll, describe, expect, test } from 'vitest'
import type { SharedStore } from './claims.ts'
import { appending } from './contract/appending.ts'
import { type BusGround, busing } from './contract/busing.ts'
import { checkpoints } from './contract/checkpoints.ts'
import { type ClaimsGround, claiming } from './contract/claiming.ts'
import { closing } from './contract/closing.ts'
import { erasing } from './contract/erasing.ts'
import { type Holds, keys } from './contract/fixtures.ts'
import { listing } from './contract/listing.ts'
import { makingASession } from './contract/making-a-session.ts'
import { reading } from './contract/reading.ts'
import { waking } from './contract/waking.ts'
import type { SessionStore } from './session-store.ts'

/**
 * Tries [L1] to [L21] and [L30] to [L33] on stores that `open` makes, which begin empty. A store that a test has left whole
 * is emptied and handed to the next, because opening may be dear; one that a test failed on, or closed, never is.
 */
export function storeContract(name: string, open: () => Promise<SessionStore>): void {
  let whole: SessionStore | undefined
  afterAll(async () => whole?.close())

  const holds: Holds = (rule, story) =>
    test(rule, async () => {
      const store = whole ?? (await open())
      whole = undefined
      try {
        await story(store)
        await empty(store)
        whole = store
      } finally {
        if (!whole) await store.close()
      }
    })
  const holdsToTheEnd: Holds = (rule, story) =>
    test(rule, async () => {
      const store = await open()
      try {
        await story(store)
      } finally {
        await store.close()
      }
    })

  describe(`${name} keeps the log`, () => {
    describe('making a session', () => makingASession(holds))
    describe('appending', () => appending(holds))
    describe('reading', () => reading(holds))
    describe('listing', () => listing(holds))
    describe('checkpoints', () => checkpoints(holds))
    describe('waking', () => waking(holds))
    describe('erasing', () => erasing(holds))
    describe('closing', () => closing(holdsToTheEnd))
  })
}

/**
 * Tries [N1] to [N12] on stores that several nodes share. Each story gets an empty one, whose clock `pass` moves: a store
 * with a clock of its own waits.
 */
export function claimsContract(name: string, open: () => Promise<ClaimsGround & { close(): Promise<void> }>): void {
  describe(`${name} keeps who runs which session`, () => {
    claiming((rule, story) =>
      test(rule, async () => {
        const ground = await open()
        try {
          await story(ground)
        } finally {
          await ground.close()
        }
      }),
    )
  })
}

/** Tries [N20] and [N21] on two members of a bus that nobody else is on. */
export function busContract(name: string, open: () => Promise<BusGround>): void {
  describe(`${name} carries what is live`, () => {
    busing((rule, story) =>
      test(rule, async () => {
        const ground = await open()
        try {
          await story(ground)
        } finally {
          await Promise.all([ground.one.close(), ground.other.close()])
        }
      }),
    )
  })
}

export type { BusGround, ClaimsGround, SharedStore }

async function empty(store: SessionStore): Promise<void> {
  const { items } = await store.list({ limit: 500 })
  await Promise.all(items.map(({ key }) => store.erase(key)))
  expect(keys((await store.list({ limit: 1 })).items)).toEqual([])
  expect(await store.due(Number.MAX_SAFE_INTEGER, 1)).toEqual([])
}

// The rules of `spec/log.md` as a suite for vitest: a new store is one file, and a test that calls this with it.
import { describe, test } from 'vitest'
import { appending } from './contract/appending.ts'
import { checkpoints } from './contract/checkpoints.ts'
import { erasingAndClosing } from './contract/erasing-and-closing.ts'
import type { Holds } from './contract/fixtures.ts'
import { listing } from './contract/listing.ts'
import { makingASession } from './contract/making-a-session.ts'
import { reading } from './contract/reading.ts'
import { waking } from './contract/waking.ts'
import type { SessionStore } from './session-store.ts'

/** Tries [L1] to [L21], [L30] and [L31] on stores that `open` makes. Each test opens one of its own, which begins empty, and closes it. */
export function storeContract(name: string, open: () => Promise<SessionStore>): void {
  const holds: Holds = (rule, story) =>
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
    describe('erasing and closing', () => erasingAndClosing(holds))
  })
}

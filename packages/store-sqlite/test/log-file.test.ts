import { expect, test } from 'vitest'
import { LogFile } from '../src/log-file.ts'
import { numberOf } from '../src/schema.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const NORMAL = 1
const FULL = 2

for (const [durability, synchronous] of [
  ['process', NORMAL],
  ['power', FULL],
] as const) {
  test(`[L22] with durability ${durability} each batch is synced as that asks, and the file says what is not`, () => {
    const file = new LogFile({ directory: temporaryDirectory(), durability, boot: 'b', lockWaitMs: 0 })
    expect(numberOf(file.database, 'PRAGMA synchronous')).toBe(synchronous)
    expect(numberOf(file.database, 'PRAGMA fullfsync')).toBe(durability === 'power' ? 1 : 0)
    const unsynced = file.database.prepare('SELECT unsynced_boot FROM file').get()
    expect(unsynced).toEqual({ unsynced_boot: durability === 'power' ? null : 'b' })
    file.close()
  })
}

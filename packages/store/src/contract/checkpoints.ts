import { expect } from 'vitest'
import { commits, type Holds, MIB, newSession } from './fixtures.ts'

export function checkpoints(holds: Holds): void {
  holds('[L17] the checkpoint that reaches furthest is kept', async (store) => {
    await store.create(newSession('a'), commits(10))
    expect(await store.loadCheckpoint('a')).toBeUndefined()
    const kept: [number, string, number, string][] = [
      [4, 'four', 4, 'four'],
      [2, 'two', 4, 'four'],
      [7, 'seven 😀', 7, 'seven 😀'],
      [7, 'seven again', 7, 'seven again'],
      [0, 'nothing', 7, 'seven again'],
      [10, 'x'.repeat(MIB), 10, 'x'.repeat(MIB)],
    ]
    for (const [seq, json, keptSeq, keptJson] of kept) {
      await store.saveCheckpoint('a', { seq, json })
      expect(await store.loadCheckpoint('a')).toEqual({ seq: keptSeq, json: keptJson })
    }
  })

  holds('[L17] a checkpoint past the head, or of nobody, is dropped', async (store) => {
    await store.create(newSession('a'), commits(3))
    await store.saveCheckpoint('a', { seq: 4, json: '{}' })
    expect(await store.loadCheckpoint('a')).toBeUndefined()
    await store.saveCheckpoint('nobody', { seq: 0, json: '{}' })
    expect(await store.loadCheckpoint('nobody')).toBeUndefined()
    expect(await store.load('nobody')).toBeUndefined()
    await expect(store.saveCheckpoint('a', { seq: -1, json: '{}' })).rejects.toBeInstanceOf(RangeError)
  })
}

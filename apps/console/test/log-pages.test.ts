import type { Commit } from '@longwire/protocol'
import { expect, test } from 'vitest'
import { LogPages, type ReadLog } from '../src/inspector/log-pages.ts'

function logOf(head: number): { read: ReadLog; asked: [number, number][] } {
  const asked: [number, number][] = []
  const read: ReadLog = async (after, limit) => {
    asked.push([after, limit])
    const seqs = Array.from({ length: Math.max(0, Math.min(limit, head - after)) }, (_, index) => after + index + 1)
    return seqs.filter((seq) => seq !== 7).map((seq) => ({ type: 'turn.ended', seq, at: seq }) as unknown as Commit)
  }
  return { read, asked }
}

test('a page of the log is read when one of its commits is looked at, once', async () => {
  const { read, asked } = logOf(1_200)
  const log = new LogPages(read)
  const changed = new Promise<void>((resolve) => log.subscribe(resolve))
  expect(log.commit(600)).toBeUndefined()
  expect(log.commit(999)).toBeUndefined()
  await changed
  expect(asked).toEqual([[500, 500]])
  expect(log.commit(600)).toMatchObject({ seq: 600 })
})

test('a commit that whoever asks may not see is told from one that is not read yet', async () => {
  const log = new LogPages(logOf(20).read)
  await log.all(20, () => {}, new AbortController().signal)
  expect(log.commit(7)).toBe('hidden')
  expect(log.commit(8)).toMatchObject({ seq: 8 })
})

test('all of the log comes in order, and tells how much of it is there', async () => {
  const { read } = logOf(1_200)
  const shares: number[] = []
  const all = await new LogPages(read).all(1_200, (share) => shares.push(share), new AbortController().signal)
  expect(all.map(({ seq }) => seq)).toEqual(
    Array.from({ length: 1_200 }, (_, index) => index + 1).filter((n) => n !== 7),
  )
  expect(shares.at(-1)).toBe(1)
  expect(shares).toHaveLength(3)
})

test('the last page is read again when the log has grown', async () => {
  const { read, asked } = logOf(1_200)
  const log = new LogPages((after, limit) => read(after, Math.min(limit, 3)))
  await log.all(3, () => {}, new AbortController().signal)
  log.grown(4)
  expect(log.commit(4)).toBeUndefined()
  expect(asked).toHaveLength(2)
})

import { expect, test } from 'vitest'
import { Mailbox } from '../src/session/mailbox.ts'

test('a task that throws or rejects is reported, and those after it are done', async () => {
  const faults: unknown[] = []
  const done: string[] = []
  const mailbox = new Mailbox((error) => faults.push(error))
  mailbox.post(() => {
    throw new Error('thrown')
  })
  mailbox.post(async () => {
    await Promise.resolve()
    throw new Error('rejected')
  })
  mailbox.post(() => void done.push('after'))
  expect(await mailbox.ask(() => 'answered')).toBe('answered')
  expect(faults).toEqual([new Error('thrown'), new Error('rejected')])
  expect(done).toEqual(['after'])
})

test('a task that does not wait is done before post returns, and one that waits holds up the next', async () => {
  const done: string[] = []
  const mailbox = new Mailbox(() => {})
  mailbox.post(() => void done.push('at once'))
  expect(done).toEqual(['at once'])
  const { promise, resolve } = Promise.withResolvers<void>()
  mailbox.post(() => promise)
  mailbox.post(() => void done.push('next'))
  expect(done).toEqual(['at once'])
  resolve()
  await mailbox.ask(() => undefined)
  expect(done).toEqual(['at once', 'next'])
})

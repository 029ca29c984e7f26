import { expect, test } from 'vitest'
import { Watchdog } from '../src/host/watchdog.ts'

test('[G31] a worker that answers is asked again and again', () => {
  const watchdog = new Watchdog(1_000, 5_000, 0)
  for (let now = 1_000; now < 60_000; now += 1_000) {
    expect(watchdog.tick(now)).toBe('ping')
    watchdog.pong()
  }
})

test('[G31] a worker that does not answer for so long is blocked, and not before', () => {
  const watchdog = new Watchdog(1_000, 5_000, 0)
  expect([1, 2, 3, 4, 5, 6].map((second) => watchdog.tick(second * 1_000))).toEqual([
    'ping',
    'wait',
    'wait',
    'wait',
    'wait',
    'blocked',
  ])
})

test('[G31] time in which the host itself stood still does not count against the worker', () => {
  const watchdog = new Watchdog(1_000, 5_000, 0)
  watchdog.tick(1_000)
  expect(watchdog.tick(31_000)).toBe('wait')
  watchdog.pong()
  expect(watchdog.tick(32_000)).toBe('ping')
})

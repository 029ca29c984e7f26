import { LIMITS } from '@longwire/protocol'
import { describe, expect, test } from 'vitest'
import { Brake } from '../../src/auth/brake.ts'
import { createKey } from '../../src/index.ts'
import { house, SkippingClock, temporaryFolder } from '../house.ts'

describe('[I17] whoever guesses', () => {
  test('waits twice as long each time, by address and by key, up to a bound, and is forgiven with time', () => {
    const clock = new SkippingClock()
    const limits = { ...LIMITS, freeRefusals: 2, refusalDelayMs: 100, refusalDelayMostMs: 1_000 }
    const brake = new Brake(clock, limits)
    const again = (...names: string[]) => brake.refused(names)
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(() => again('1.2.3.4'))).toEqual([0, 0, 100, 200, 400, 800, 1_000, 1_000])
    expect(again('5.6.7.8')).toBe(0)
    // Another address that tries the same key is as slow as that key.
    for (let n = 0; n < 3; n++) again(`9.9.9.${n}`, 'key K')
    expect(again('9.9.9.9', 'key K')).toBe(200)
    clock.skip(600_000)
    expect(again('1.2.3.4')).toBe(0)
  })

  test('does not lock out the rightful one behind the same address and with the same key', async () => {
    const data = temporaryFolder()
    const made = await createKey(data, { principal: 'ann', kind: 'api' })
    const key = 'key' in made ? made.key : ''
    const wrong = `${key.slice(0, -4)}AAAA`
    const limits = { freeRefusals: 1, refusalDelayMs: 60_000, refusalDelayMostMs: 60_000, heldRefusals: 3 }
    const home = await house({ data, auth: { use: ['key'] }, limits })
    const knock = (shown: string) => home.fetch('/v1/agents', { headers: { 'x-api-key': shown } })
    expect(await knock(wrong)).toMatchObject({ status: 401 })
    const held = [knock(wrong), knock(wrong), knock(wrong)].map((answer) => answer.catch(() => 'cut'))
    const waiting = async () =>
      /^longwire_refusals_held (\d+)$/m.exec(await (await fetch(`${home.url}/metrics`)).text())?.[1]
    await expect.poll(waiting).toBe('3')
    const over = await knock(wrong) // as many wait as may: this one is answered
    expect(over).toMatchObject({ status: 401 })
    expect(await knock(key)).toMatchObject({ status: 200 })
    const peer = await home.connect({ 'x-api-key': key })
    expect(await peer.next('welcome')).toMatchObject({ principal: 'ann' })
    await home.server.stop(0)
    await Promise.all(held)
    const text = home.complaints.join('')
    expect(text).not.toContain(key)
  })
})

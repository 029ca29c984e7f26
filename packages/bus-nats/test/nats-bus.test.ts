import { busContract } from '@longwire/store/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasNats, NatsProcess } from '../../../tests/nats-process/nats-process.ts'
import { NatsBus } from '../src/index.ts'

describe.skipIf(!hasNats())('over a real NATS', () => {
  let nats: NatsProcess
  beforeAll(async () => {
    nats = await NatsProcess.start()
  })
  afterAll(() => nats.close())

  busContract('NATS', async () => {
    const prefix = `t${Math.random().toString(36).slice(2)}`
    const open = () => NatsBus.open({ url: nats.url(), prefix })
    return { one: await open(), other: await open() }
  })

  test('[N20] clusters with another prefix do not hear each other', async () => {
    const one = await NatsBus.open({ url: nats.url(), prefix: 'one' })
    const other = await NatsBus.open({ url: nats.url(), prefix: 'other' })
    other.serve('n', async () => 'here')
    expect(await one.ask('n', 'x', 1_000)).toEqual({ kind: 'nobody' })
    await Promise.all([one.close(), other.close()])
  })

  test('[N22] a bus that is gone says so, waits for nobody, and goes on when it is back', async () => {
    const own = await NatsProcess.start()
    const changes: boolean[] = []
    const one = await NatsBus.open({ url: own.url(), onChange: (isUp) => changes.push(isUp) })
    const other = await NatsBus.open({ url: own.url() })
    other.serve('n', async () => 'here')
    await own.kill()
    while (one.isUp) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await one.ask('n', 'x', 60_000)).toEqual({ kind: 'silent' })
    one.publish('t', 'nobody hears this')
    await own.start()
    while ((await one.ask('n', 'x', 1_000)).kind !== 'answered') await new Promise((resolve) => setTimeout(resolve, 20))
    expect(changes).toEqual([false, true])
    await Promise.all([one.close(), other.close()])
    await own.close()
  })

  test('an address that is none is refused before anything is tried', async () => {
    await expect(NatsBus.open({ url: 'http://127.0.0.1:4222' })).rejects.toThrow('nats://HOST:PORT')
    await expect(NatsBus.open({ url: 'nats://127.0.0.1:1' })).rejects.toThrow()
  })
})

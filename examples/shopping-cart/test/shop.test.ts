import { join } from 'node:path'
import { createServer } from '@longwire/server'
import { expect, test } from 'vitest'
import { shop } from '../shop.ts'

test('[K39] a cart that is filled from a stream goes back by itself when the stream fails half-way', async () => {
  const server = await createServer({ agents: [join(import.meta.dirname, '../agent.ts')], port: 0 })
  try {
    const seen = await shop(server.url)
    expect(seen).toContain('apples, pears, bread')
    expect(seen.at(-1)).toBe('apples, pears, tea')
  } finally {
    await server.stop(0)
  }
})

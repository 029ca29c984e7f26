import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Said } from '../src/boundary/messages.ts'
import { pack, unpack } from '../src/boundary/packed-adds.ts'

const number = fc.integer({ min: 1, max: 2 ** 40 })
const add = fc.record({
  type: fc.constant('add' as const),
  run: number,
  draft: number,
  at: number,
  escaped: fc.string({ unit: 'grapheme', maxLength: 4 }),
})
const other = fc.record({ type: fc.constant('take' as const), run: number, step: fc.string() })
const said = fc.array(fc.oneof({ weight: 8, arbitrary: add }, { weight: 1, arbitrary: other }), { maxLength: 60 })

test('[G8] what was said comes out of the boundary as it went in, however many pieces travelled as one', () => {
  fc.assert(
    fc.property(said, (all) => {
      expect(unpack(structuredClone(pack(all as readonly Said[])))).toEqual(all)
    }),
    { numRuns: 300 },
  )
})

test('[G8] a long row of pieces travels as one', () => {
  const row: Said[] = Array.from({ length: 100 }, (_, i) => ({ type: 'add', run: 1, draft: 1, escaped: 'x', at: i }))
  expect(pack(row)).toMatchObject([{ type: 'adds', escaped: 'x'.repeat(100) }])
})

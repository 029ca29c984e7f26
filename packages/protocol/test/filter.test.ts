import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_FILTER, type Filter, narrow, passes, type Visibility } from '@longwire/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const cases = JSON.parse(readFileSync(join(import.meta.dirname, '../../../spec/cases/filters.json'), 'utf8')) as {
  readonly default: Filter
  readonly passes: readonly { filter: Filter; passes: readonly Visibility[]; stops: readonly Visibility[] }[]
  readonly narrow: readonly { a: Filter; b: Filter; narrow: Filter }[]
}

const levels = fc.constantFrom('milestone', 'step', 'detail', 'debug')
const filters: fc.Arbitrary<Filter> = fc.record({ trace: levels, reasoning: fc.boolean() })
const events: fc.Arbitrary<Visibility> = fc.oneof(
  fc.record({ type: fc.constantFrom('trace.span', 'trace.progress'), level: levels }),
  fc.record({
    type: fc.constantFrom('chunk.text', 'chunk.reasoning', 'step.finished', 'turn.ended', 'weather.changed'),
  }),
)

test('[A11] a reader who asks for nothing gets milestones and reasoning', () => {
  expect(DEFAULT_FILTER).toEqual(cases.default)
})

test.for(cases.passes)(
  '[A11] [A13] a filter of $filter passes and stops what it should',
  ({ filter, passes: let_, stops }) => {
    expect(let_.filter((event) => !passes(filter, event))).toEqual([])
    expect(stops.filter((event) => passes(filter, event))).toEqual([])
  },
)

test.for(cases.narrow)('[A12] $a and $b narrow to $narrow', ({ a, b, narrow: both }) => {
  expect(narrow(a, b)).toEqual(both)
})

test('[A12] what a narrowed filter passes is what both filters pass', () => {
  fc.assert(
    fc.property(filters, filters, events, (a, b, event) => {
      expect(passes(narrow(a, b), event)).toBe(passes(a, event) && passes(b, event))
    }),
  )
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { comparePlaces, isAfter, ORIGIN, type Place, parsePlace, placeOf, printPlace } from '@longwire/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const cases = JSON.parse(readFileSync(join(import.meta.dirname, '../../../spec/cases/places.json'), 'utf8')) as {
  readonly parse: readonly { text: string; place: Place }[]
  readonly refused: readonly string[]
  readonly ascending: readonly string[]
}

const numbers = fc.oneof(fc.maxSafeNat(), fc.nat({ max: 3 }))
const places = fc.record({ seq: numbers, sub: numbers })

test.for(cases.parse)('[P1] «$text» is a place, and is printed as it was read', ({ text, place }) => {
  expect(parsePlace(text)).toEqual(place)
  expect(printPlace(place)).toBe(text)
})

test.for(cases.refused)('[P1] %j is not a place', (text) => {
  expect(parsePlace(text)).toBeUndefined()
})

test('[P1] every place reads back as it was printed', () => {
  fc.assert(
    fc.property(places, (place) => {
      expect(parsePlace(printPlace(place))).toEqual(place)
    }),
  )
})

test('[P1] a text that is a place is the one text for it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: fc.constantFrom('0', '1', '9', '.', '-', ' ') }), fc.string()), (text) => {
      const place = parsePlace(text)
      if (place) expect(printPlace(place)).toBe(text)
    }),
  )
})

test('[P2] the places of the specification ascend, each before all that follow', () => {
  const ascending = cases.ascending.map((text) => parsePlace(text)!)
  for (const [index, place] of ascending.entries()) {
    for (const later of ascending.slice(index + 1)) {
      expect(comparePlaces(place, later)).toBeLessThan(0)
      expect(isAfter(later, place)).toBe(true)
      expect(isAfter(place, later)).toBe(false)
    }
  }
})

test('[P2] places are totally ordered, and only a place itself is equal to it', () => {
  fc.assert(
    fc.property(places, places, places, (a, b, c) => {
      expect(Math.sign(comparePlaces(a, b))).toBe(-Math.sign(comparePlaces(b, a)) + 0)
      expect(comparePlaces(a, b) === 0).toBe(printPlace(a) === printPlace(b))
      if (comparePlaces(a, b) <= 0 && comparePlaces(b, c) <= 0) expect(comparePlaces(a, c)).toBeLessThanOrEqual(0)
      expect(comparePlaces(ORIGIN, a)).toBeLessThanOrEqual(0)
    }),
  )
})

test('[P3] a commit stands at its seq, a draft after the commit before it', () => {
  expect(placeOf({ seq: 17 })).toEqual({ seq: 17, sub: 0 })
  expect(placeOf({ seq: 17, sub: 3 })).toEqual({ seq: 17, sub: 3 })
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SessionEvent } from '@longwire/protocol'
import { EVENTS } from '@longwire/protocol/schemas'
import { emptyView, foldAll } from '@longwire/view'
import { describe, expect, test } from 'vitest'
import { mismatch } from '../../../tests/conformance/match.ts'

interface FoldCase {
  readonly rules: readonly string[]
  readonly title: string
  readonly events: readonly SessionEvent[]
  readonly view: unknown
}

const FOLDER = join(import.meta.dirname, '../../../spec/cases/fold')

for (const file of readdirSync(FOLDER)) {
  const cases = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as readonly FoldCase[]
  describe(`spec/cases/fold/${file}`, () => {
    test.for(cases.map((one) => ({ ...one, numbers: one.rules.map((rule) => `[${rule}]`).join(' ') })))(
      '$numbers $title',
      ({ events, view }) => {
        for (const event of events) if (Object.hasOwn(EVENTS, event.type)) EVENTS[event.type].parse(event)
        expect(mismatch(foldAll(emptyView(), events), view)).toBeUndefined()
      },
    )
  })
}

test('every event of the protocol is in a fold case', () => {
  const seen = readdirSync(FOLDER).flatMap((file) =>
    (JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as readonly FoldCase[]).flatMap(({ events }) =>
      events.map(({ type }) => type),
    ),
  )
  expect(Object.keys(EVENTS).filter((type) => !seen.includes(type as SessionEvent['type']))).toEqual([])
})

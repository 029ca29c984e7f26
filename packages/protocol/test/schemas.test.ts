import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMMANDS, Command, EVENTS, FRAMES, Frame, SessionEvent } from '@longwire/protocol/schemas'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'

type Example = Readonly<Record<string, unknown>> & { readonly type: string }

const cases = JSON.parse(readFileSync(join(import.meta.dirname, '../../../spec/cases/examples.json'), 'utf8')) as {
  readonly accepted: Readonly<Record<string, readonly Example[]>>
  readonly refused: Readonly<Record<string, readonly { why: string; value: unknown }[]>>
}

const UNIONS: Readonly<Record<string, z.ZodType>> = { command: Command, frame: Frame, event: SessionEvent }
const GROUPS: Readonly<Record<string, Readonly<Record<string, z.ZodObject>>>> = {
  command: COMMANDS,
  frame: FRAMES,
  event: EVENTS,
}

/** Fields that take any JSON, whatever their type's other fields are. */
const ANYTHING = new Set([
  'command.input.context',
  'command.schedule.context',
  'command.answer.editedInput',
  'command.answer.content',
  'frame.error.outcome',
  'frame.snapshot.view',
  'event.input.accepted.context',
  'event.tool.started.input',
  'event.schedule.set.input',
  'event.tool.finished.output',
  'event.step.finished.output',
  'event.trace.progress.detail',
  'event.trace.span.detail',
  'event.control.requested.input',
  'event.control.requested.schema',
  'event.task.finished.result',
])

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

describe.each(Object.keys(UNIONS))('%s', (group) => {
  const union = UNIONS[group]!
  const examples = cases.accepted[group]!

  test('every type has an example', () => {
    const seen = new Set(examples.map(({ type }) => type))
    expect(Object.keys(GROUPS[group]!).filter((type) => !seen.has(type))).toEqual([])
  })

  test.for(examples)('an example of $type is accepted as it is', (example) => {
    expect(union.parse(example)).toEqual(example)
  })

  test.for(examples)('[C5] unknown fields of $type are ignored', (example) => {
    expect(union.parse({ ...example, brandNew: { a: 1 } })).toEqual(example)
  })

  test.for(examples)('a field of $type with a value of another type is refused', (example) => {
    for (const field of Object.keys(example)) {
      const isAnything = ANYTHING.has(`${group}.${example.type}.${field}`)
      const wrong = { ...example, [field]: isObject(example[field]) ? 'no object' : { no: ['object'] } }
      expect(`${field}: ${union.safeParse(wrong).success}`).toBe(`${field}: ${isAnything}`)
    }
  })

  test.for(examples)('a field of $type is there, or may be left out', (example) => {
    const { shape } = GROUPS[group]![example.type]!
    for (const field of Object.keys(example)) {
      const { [field]: _, ...without } = example
      expect(`${field}: ${union.safeParse(without).success}`).toBe(
        `${field}: ${shape[field]!.safeParse(undefined).success}`,
      )
    }
  })

  test.for(cases.refused[group]!)('$why is refused', ({ value }) => {
    expect(union.safeParse(value).success).toBe(false)
  })
})

test('an event of an unknown type is not of this version', () => {
  expect(SessionEvent.safeParse({ type: 'weather.changed', seq: 1, at: 1 }).success).toBe(false)
})

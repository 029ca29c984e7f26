import type { Json } from '@longwire/protocol'
import { describe, expect, test } from 'vitest'
import { fieldsOf, readField } from '../src/chat/asking/field.ts'

/** What is read for the only field of a form with this schema. */
function read(schema: Json, typed: string, isRequired = true) {
  const [field] = fieldsOf({ type: 'object', properties: { it: schema }, required: isRequired ? ['it'] : [] })
  return readField(field!, typed)
}

const COLOURS = { type: 'string', enum: ['red', 'green', 'grey'] }
const SIZES = {
  oneOf: [
    { const: 1, title: 'Small' },
    { const: 2, title: 'Large' },
  ],
}
const MANY = { type: 'array', items: COLOURS, minItems: 1, maxItems: 2 }

describe('a field', () => {
  test.each<[schema: Json, typed: string, value: Json]>([
    [{ type: 'string' }, ' as it is ', ' as it is '],
    [{ type: 'string', minLength: 2, maxLength: 3 }, 'abc', 'abc'],
    [{ type: 'string', format: 'email' }, 'ann@example.org', 'ann@example.org'],
    [{ type: 'string', format: 'date' }, '2024-02-29', '2024-02-29'],
    [{ type: 'number' }, ' -1.5 ', -1.5],
    [{ type: 'integer', minimum: 1, maximum: 10 }, '10', 10],
    [{ type: 'number', multipleOf: 0.1 }, '0.3', 0.3],
    [{ type: ['integer', 'null'] }, '3', 3],
    [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, '3', 3],
    [{ type: 'boolean' }, 'Y', true],
    [{ type: 'boolean' }, 'no', false],
    [COLOURS, '2', 'green'],
    [COLOURS, 'RED', 'red'],
    [COLOURS, 'gree', 'green'],
    [SIZES, 'large', 2],
    [SIZES, '1', 1],
    [MANY, '3, 1', ['red', 'grey']],
    [MANY, 'red green', ['red', 'green']],
    [{ type: 'object' }, '{"a":[1]}', { a: [1] }],
    [{ type: 'array', items: { type: 'number' } }, '[1,2]', [1, 2]],
  ])('of %j is read from «%s»', (schema, typed, value) => {
    expect(read(schema, typed)).toEqual({ value })
  })

  test.each<[schema: Json, typed: string, fault: string]>([
    [{ type: 'string', minLength: 2 }, 'a', 'at least 2'],
    [{ type: 'string', pattern: '^[A-Z]+$' }, 'ab', '^[A-Z]+$'],
    [{ type: 'string', format: 'email' }, 'ann', 'mail'],
    [{ type: 'string', format: 'date' }, '2023-02-29', '2026-03-31'],
    [{ type: 'string', format: 'date' }, 'tomorrow', '2026-03-31'],
    [{ type: 'number' }, 'ten', 'not a number'],
    [{ type: 'number' }, '1e999', 'not a number'],
    [{ type: 'integer' }, '1.5', 'whole'],
    [{ type: 'integer', maximum: 10 }, '11', 'at most 10'],
    [{ type: 'number', exclusiveMinimum: 0 }, '0', 'more than 0'],
    [{ type: 'boolean' }, 'maybe', 'y or n'],
    [COLOURS, 'gr', 'no «gr»'],
    [COLOURS, '4', 'no «4»'],
    [MANY, '1 2 3', 'at most 2'],
    [MANY, '1 9', 'no «9»'],
    [{ type: 'object' }, '{a}', 'not JSON'],
    [{ type: 'string' }, '  ', 'is needed'],
  ])('of %j does not take «%s»', (schema, typed, fault) => {
    expect(read(schema, typed)).toEqual({ fault: expect.stringContaining(fault) })
  })

  test('that is not required may be left out', () => {
    expect(read({ type: 'integer' }, '', false)).toEqual({ value: undefined })
  })

  test('is known by its title, follows a reference, and begins with what it is by default', () => {
    const schema = {
      type: 'object',
      properties: { size: { $ref: '#/$defs/size', title: 'Size' }, open: { type: 'boolean', default: true } },
      required: ['size'],
      $defs: { size: { type: 'string', enum: ['S', 'L'] } },
    }
    expect(fieldsOf(schema)).toMatchObject([
      { name: 'size', label: 'Size', kind: 'one', isRequired: true, options: [{ value: 'S' }, { value: 'L' }] },
      { name: 'open', label: 'open', kind: 'boolean', isRequired: false, preset: true },
    ])
  })

  test('comes of an input that is to be edited, also where no schema tells of it', () => {
    expect(fieldsOf(undefined, { path: 'a.ts', lines: 3, deep: { a: 1 }, text: 'two\nlines' })).toMatchObject([
      { name: 'path', kind: 'text', preset: 'a.ts' },
      { name: 'lines', kind: 'number', preset: 3 },
      { name: 'deep', kind: 'json', preset: { a: 1 } },
      { name: 'text', kind: 'json', preset: 'two\nlines' },
    ])
  })
})

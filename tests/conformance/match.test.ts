import { describe, expect, test } from 'vitest'
import { type Captures, mismatch } from './match.ts'

describe('what is wanted of a value', () => {
  test.each<[title: string, value: unknown, wanted: unknown]>([
    ['an object may have more fields', { a: 1, b: 2 }, { a: 1 }],
    ['a list has each item as wanted', [{ a: 1, b: 2 }, 3], [{ a: 1 }, 3]],
    ['exactly is exactly', { a: [1, { b: null }] }, { $exactly: { a: [1, { b: null }] } }],
    ['a field that must not be there is not', { a: 1 }, { b: '$absent' }],
    [
      'words stand for what they say',
      { a: 'x', b: 7, c: '17.3', d: null },
      { a: '$text', b: '$number', c: '$place', d: '$any' },
    ],
    ['a name stands for one value', { a: 7, b: { c: 7 } }, { a: '$=n', b: { c: '$=n' } }],
  ])('%s', (_, value, wanted) => {
    expect(mismatch(value, wanted)).toBeUndefined()
  })

  test.each<[value: unknown, wanted: unknown, told: string]>([
    [{ a: 1 }, { a: 2 }, '.a is 1, not 2'],
    [{ a: [1] }, { a: [1, 2] }, '.a: 1 of them, not 2: [1]'],
    [{ a: [1, 3] }, { a: [1, 2] }, '.a[1] is 3, not 2'],
    [{ a: 1, b: 2 }, { $exactly: { a: 1 } }, 'it is {"a":1,"b":2}, not {"a":1}'],
    [{ a: undefined }, { $exactly: { b: undefined } }, 'it is {}, not {}'],
    [{ a: null }, { a: '$absent' }, '.a is null, not "$absent"'],
    [{}, { a: '$any' }, '.a is undefined, not "$any"'],
    [{ a: '' }, { a: '$text' }, '.a is "", not "$text"'],
    [{ a: '01' }, { a: '$place' }, '.a is "01", not "$place"'],
    [{ a: 7, b: 8 }, { a: '$=n', b: '$=n' }, '.b is 8, not 7'],
    ['x', { a: 1 }, 'it is "x", not {"a":1}'],
    ['x', [1], 'it is "x", not [1]'],
  ])('%j is not %j', (value, wanted, told) => {
    expect(mismatch(value, wanted)).toBe(told)
  })

  test('what was captured by a value that does not match is forgotten', () => {
    const captures: Captures = new Map()
    expect(mismatch({ a: 7, b: 1 }, { a: '$=n', b: 2 }, captures)).toBeDefined()
    expect(captures.size).toBe(0)
    expect(mismatch({ a: 8, b: 2 }, { a: '$=n', b: 2 }, captures)).toBeUndefined()
    expect(captures.get('n')).toBe(8)
  })

  test('a word that the format does not have is refused', () => {
    expect(() => mismatch(1, '$perhaps')).toThrow('no word $perhaps')
  })
})

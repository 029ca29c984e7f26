import { describe, expect, test } from 'vitest'
import { factsOf, passesFilter } from '../src/inspector/frame-facts.ts'
import { FrameTap } from '../src/inspector/frame-tap.ts'

describe('the tap on the line', () => {
  test('keeps the last frames, and of these no more characters than its bound', () => {
    const tap = new FrameTap({ frames: 3, characters: 25, frame: 10 }, () => 0)
    for (const text of ['one', 'two', 'three', 'four']) tap.keep('in', text)
    expect(tap.passed.map(({ n, text }) => [n, text])).toEqual([
      [2, 'two'],
      [3, 'three'],
      [4, 'four'],
    ])
    tap.keep('in', 'x'.repeat(40))
    expect(tap.passed.at(-1)?.text).toBe(`${'x'.repeat(10)}…`)
    tap.keep('in', 'y'.repeat(40))
    expect(tap.passed.map(({ n }) => n)).toEqual([5, 6])
  })

  test('is a value that stays the same until something passes', () => {
    const tap = new FrameTap()
    tap.keep('out', '{}')
    const before = tap.passed
    expect(tap.passed).toBe(before)
    tap.pause(true)
    tap.keep('in', '{}')
    expect(tap.passed).toEqual(before)
    tap.pause(false)
    tap.keep('in', '{}')
    expect(tap.passed).toHaveLength(2)
    tap.clear()
    expect(tap.passed).toEqual([])
  })
})

describe('a frame in the table', () => {
  const passed = (text: string, way: 'in' | 'out' | 'line' = 'in') => ({ n: 1, at: 0, way, text })

  test('says what it is, where it stands, and what is worth reading of it', () => {
    expect(factsOf(passed('{"ch":1,"type":"chunk.text","seq":4,"sub":2,"text":"Hel"}'))).toMatchObject({
      kind: 'draft',
      place: '4.2',
      gist: '"Hel"',
    })
    expect(factsOf(passed('{"ch":1,"type":"turn.ended","seq":5,"outcome":"completed"}'))).toMatchObject({
      kind: 'commit',
      place: '5',
      gist: 'outcome: completed',
    })
    expect(factsOf(passed('{"type":"ok","id":"a"}'))).toMatchObject({ kind: 'frame', id: 'a' })
    expect(factsOf(passed('{"type":"input","ch":1}', 'out'))).toMatchObject({ kind: 'command', ch: 1 })
    expect(factsOf(passed('{'))).toMatchObject({ kind: 'unreadable' })
  })

  test('passes a filter by its kind, its channel and its text', () => {
    const filter = { text: '', kinds: new Set(['draft'] as const) }
    const draft = passed('{"ch":1,"type":"chunk.text","seq":4,"sub":2,"text":"Hello"}')
    expect(passesFilter(draft, filter)).toBe(true)
    expect(passesFilter(draft, { ...filter, ch: 2 })).toBe(false)
    expect(passesFilter(draft, { ...filter, text: 'hello' })).toBe(true)
    expect(passesFilter(draft, { ...filter, text: 'bye' })).toBe(false)
    expect(passesFilter(draft, { ...filter, kinds: new Set(['commit'] as const) })).toBe(false)
  })
})

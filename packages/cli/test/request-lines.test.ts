import type { RequestView } from '@longwire/view'
import picocolors from 'picocolors'
import { describe, expect, test } from 'vitest'
import { askedLines, inputLines, settledLine, timeLeft } from '../src/chat/request-lines.ts'

const plain = picocolors.createColors(false)
const request: RequestView = { request: 'r', kind: 'approval', message: 'May I?', askedAt: 0 }

describe('what is asked', () => {
  test('each field of an input stands by its name, and nothing of it is left out', () => {
    const long = 'word '.repeat(30).trim()
    const lines = inputLines({ symbol: 'ACME', note: long, legs: [{ side: 'buy', quantity: 12 }] }, 60, plain)
    expect(lines[0]).toBe('      symbol  ACME')
    expect(lines.join('').replace(/\s/g, '')).toContain(long.replace(/\s/g, ''))
    expect(lines).toContain('      legs    [{"side":"buy","quantity":12}]')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60)
  })

  test('a text and what it shall be instead stand as a diff, with the lines around what changes', () => {
    const before = 'a\nb\nc\nd\ne\nold\nf'
    const input = { path: 'x.ts', old_string: before, new_string: before.replace('old', 'new\nmore') }
    expect(inputLines(input, 80, plain)).toEqual([
      '      path  x.ts',
      '        c',
      '        d',
      '        e',
      '      - old',
      '      + new',
      '      + more',
      '        f',
    ])
  })

  test('a diff stands as it is', () => {
    const diff = '--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-old\n+new\n same\n'
    expect(inputLines({ patch: diff, why: 'asked' }, 80, plain)).toEqual([
      '      why  asked',
      ...diff
        .trimEnd()
        .split('\n')
        .map((line) => `      ${line}`.trimEnd()),
    ])
  })

  test('nothing in it reaches the terminal as a command', () => {
    const evil = { '\u001b[2Jname': '\u001b]0;title\u0007value', diff: '@@ -1 +1 @@\n+\u001b[2J' }
    expect(
      [...inputLines(evil, 80, plain), ...askedLines({ ...request, message: '\u001b[2J?' }, 80, plain)].join(''),
    ).not.toContain('\u001b')
  })

  test('what became of it is said, and by whom', () => {
    const line = (more: Partial<RequestView>) => settledLine({ ...request, ...more }, 100, plain).trim()
    const answered = { outcome: 'answered', by: 'ann' } as const
    expect(line({ ...answered, answer: { approved: true } })).toBe('✓ approved by ann')
    expect(line({ ...answered, answer: { approved: false, reason: 'too big' } })).toBe('✗ denied by ann: too big')
    expect(line({ ...answered, input: { n: 1, m: 2 }, answer: { approved: true, editedInput: { n: 3, m: 2 } } })).toBe(
      '✓ approved with changes by ann: n: 3',
    )
    expect(line({ ...answered, answer: { action: 'decline' } })).toBe('✗ declined by ann')
    expect(
      line({ ...answered, options: [{ value: 'a', label: 'Apples' }], answer: { action: 'accept', content: 'a' } }),
    ).toBe('✓ answered by ann: Apples')
    expect(line({ outcome: 'expired', onExpiry: 'deny' })).toBe('⌛ nobody answered in time, so it counts as no')
    expect(line({ outcome: 'withdrawn' })).toBe('■ not asked any more')
  })

  test('how long it may be answered is said with what comes then', () => {
    expect(timeLeft(request, 0)).toBeUndefined()
    expect(timeLeft({ expiresAt: 65_000, onExpiry: 'deny' }, 0)).toBe('1 min 5 s left, then it counts as no')
    expect(timeLeft({ expiresAt: 3 * 86_400_000, onExpiry: 'approve' }, 0)).toBe('3 d left, then it counts as yes')
  })
})

import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import width from 'fast-string-width'
import picocolors from 'picocolors'
import { describe, expect, test } from 'vitest'
import { clipped, printable, prose } from '../src/terminal/prose.ts'

const plain = picocolors.createColors(false)
const coloured = picocolors.createColors(true)

describe('prose', () => {
  test('a list hangs, a heading loses its marks, and rules and quotes are drawn', () => {
    const text = '## News\n\n- one that goes on and on\n12. two\n\n> said\n\n---'
    expect(prose(text, 16, plain)).toEqual([
      'News',
      '',
      '• one that goes',
      '  on and on',
      '12. two',
      '',
      '│ said',
      '',
      '────────────────',
    ])
  })

  test('a table stands in columns, its numbers to the right', () => {
    expect(prose('| Share | Change |\n|---|---:|\n| AB | +1.5% |\n| **CDEF** | -10% |', 40, plain)).toEqual([
      'Share │ Change',
      '──────┼───────',
      'AB    │  +1.5%',
      'CDEF  │   -10%',
    ])
  })

  test('code is left as it is, marks and all', () => {
    expect(prose('```ts\nconst a = **b**\n  - c\n```\n`d` **e** *f* [g](http://h) 2*3*4 a_b_c', 60, plain)).toEqual([
      '```ts',
      'const a = **b**',
      '  - c',
      '```',
      'd e f g (http://h) 2*3*4 a_b_c',
    ])
  })

  test('no line is wider than it may be, and no word is lost, whatever the text', () => {
    const words = fc.array(fc.stringMatching(/^[a-zé漢🙂]{1,12}$/u), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 60 }), (said, columns) => {
        const lines = prose(said.join(' '), columns, coloured)
        for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns)
        expect(stripVTControlCharacters(lines.join('')).replace(/\s/g, '')).toBe(said.join(''))
      }),
      { numRuns: 100 },
    )
  })

  test('nothing that an agent says reaches the terminal as a command', () => {
    const evil = 'a\u001b[2Jb\u001b]0;title\u0007c\u001b]52;c;ZXZpbA==\u001b\\d\u0007e\u009b31mf\r\ng\rh\u001b'
    expect(printable(evil)).toBe('abcde31mf\ng\nh')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
      }),
    )
  })

  test('what is clipped says so, and fits', () => {
    expect(clipped('one  two\nthree', 20)).toBe('one two three')
    expect(clipped('one two three', 8)).toBe('one two…')
    expect(clipped('漢字漢字', 5)).toBe('漢字…')
  })
})

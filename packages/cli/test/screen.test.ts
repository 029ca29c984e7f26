import fc from 'fast-check'
import picocolors from 'picocolors'
import { describe, expect, test } from 'vitest'
import type { Block } from '../src/chat/block.ts'
import { Transcript } from '../src/chat/transcript.ts'
import { Screen } from '../src/terminal/screen.ts'
import { Paper } from './paper.ts'

const plain = picocolors.createColors(false)
const someLines = fc.array(fc.stringMatching(/^[a-z]{0,12}$/), { maxLength: 5 })

describe('the screen', () => {
  test('what is final stays above, what is open stands below it once, and the cursor is where it was put', () => {
    const frames = fc.array(
      fc.record({ final: someLines, open: someLines.map((lines) => [...lines, '> ']), at: fc.nat() }),
      { minLength: 1, maxLength: 20 },
    )
    fc.assert(
      fc.property(frames, (drawn) => {
        const paper = new Paper(20, 10)
        const screen = new Screen(paper)
        const above: string[] = []
        for (const { final, open, at } of drawn) {
          const row = at % open.length
          screen.draw(final, open, { row, column: 1 })
          above.push(...final)
          expect(paper.lines).toEqual([...above, ...open].map((line) => line.trimEnd()))
          expect(paper.cursor).toEqual({ row: above.length + row, column: 1 })
        }
        screen.close(['bye'])
        expect(paper.lines).toEqual([...above, 'bye', ''])
      }),
      { numRuns: 200 },
    )
  })

  test('what did not change is not written again', () => {
    const paper = new Paper(40, 10)
    const screen = new Screen(paper)
    screen.draw([], ['one', 'two', 'three'], { row: 2, column: 0 })
    const written: string[] = []
    paper._write = (chunk, _encoding, done) => {
      written.push(String(chunk))
      done()
    }
    screen.draw([], ['one', 'two', 'three'], { row: 2, column: 0 })
    expect(written).toEqual([])
    screen.draw([], ['one', 'two', 'four'], { row: 2, column: 0 })
    expect(written.join('')).not.toContain('two')
  })
})

describe('the transcript', () => {
  test('each line stands once, however the text grows and however little room there is', () => {
    const growth = fc.array(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(growth, fc.integer({ min: 1, max: 6 }), (steps, room) => {
        const transcript = new Transcript()
        const lines: string[][] = []
        const printed: string[] = []
        for (const [at, step] of steps.entries()) {
          for (const [block, more] of step.entries()) {
            if (block < lines.length - 1) continue // only the last one grows
            lines[lines.length <= block ? lines.length : block] ??= []
            const grown = lines.at(-1)!
            for (let n = 0; n < more; n += 1) grown.push(`${lines.length}:${grown.length}:${at}`)
          }
          const { final, open } = transcript.show(blocksOf(lines), 80, room, plain)
          printed.push(...final)
          expect([...printed, ...open]).toEqual(lines.flat())
          expect(open.length).toBeLessThanOrEqual(room)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('text that is taken back is not given again under its other name', () => {
    const transcript = new Transcript()
    const draft = block('draft', ['a', 'b', 'c', 'd'], false)
    expect(transcript.show([draft], 80, 2, plain)).toEqual({ final: ['a', 'b'], open: ['c', 'd'] })
    transcript.rename('draft', 'withdrawn')
    const struck = block('withdrawn', ['a', 'b', '-c-', '-d-', 'taken back'], true)
    const again = block('draft', ['A', 'B'], false)
    expect(transcript.show([struck, again], 80, 9, plain)).toEqual({
      final: ['-c-', '-d-', 'taken back'],
      open: ['A', 'B'],
    })
  })
})

function blocksOf(lines: readonly string[][]): Block[] {
  return lines.map((each, at) => block(`${at}`, each, at < lines.length - 1))
}

function block(key: string, lines: readonly string[], isFinal: boolean): Block {
  return { key, isFinal, lines: () => lines }
}

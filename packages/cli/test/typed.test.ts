import { describe, expect, test } from 'vitest'
import { readTyped } from '../src/chat/typed.ts'

describe('what a line means', () => {
  test.each([
    ['How did energy do?', { does: 'say', text: 'How did energy do?', delivery: 'queue' }],
    ['!only Europe', { does: 'say', text: 'only Europe', delivery: 'steer' }],
    ['! only Europe', { does: 'say', text: 'only Europe', delivery: 'steer' }],
    ['!!stop, begin anew', { does: 'say', text: 'stop, begin anew', delivery: 'interrupt' }],
    ['  indented\nlines stay', { does: 'say', text: '  indented\nlines stay', delivery: 'queue' }],
    ['Really?!', { does: 'say', text: 'Really?!', delivery: 'queue' }],
    ['!', { does: 'nothing', why: expect.any(String) }],
    ['/help', { does: 'help' }],
    ['/leave', { does: 'leave' }],
    ['/queue', { does: 'queue' }],
    ['/queue clear', { does: 'clear' }],
    ['/queue drop 2', { does: 'drop', at: 2 }],
    ['/queue first 3', { does: 'first', at: 3 }],
    ['/queue move 3 1', { does: 'move', at: 3, to: 1 }],
    ['/queue drop', { does: 'nothing', why: expect.stringContaining('/queue drop 2') }],
    ['/queue move 1 0', { does: 'nothing', why: expect.any(String) }],
    ['/sing', { does: 'nothing', why: expect.stringContaining('/sing') }],
  ])('«%s»', (line, typed) => {
    expect(readTyped(line)).toEqual(typed)
  })
})

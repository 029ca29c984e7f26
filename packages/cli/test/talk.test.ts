import { createServer, type LongwireServer } from '@longwire/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommandLine } from '../src/command-line.ts'
import { type Desk, desk } from './paper.ts'

const AGENTS = new URL('./agents/echo.ts', import.meta.url).pathname
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'

let server: LongwireServer
beforeAll(async () => {
  server = await createServer({ agents: [AGENTS], port: 0 })
})
afterAll(() => server.stop(0))

describe('chat in a terminal', () => {
  test('shows what the agent does and says, and how to come back; and coming back shows all of it', async () => {
    const { person, left } = chat()
    await person.output.until((text) => text.includes('Enter sends'))
    expect(person.output.text).toContain('Try  Hello')
    person.type('Good morning\r')
    await person.output.until((text) => text.includes('Enter sends') && text.includes('You said'))
    const talk = person.output.lines.filter((line) => line !== '')
    expect(talk.slice(talk.indexOf('› Good morning'))).toEqual([
      '› Good morning',
      '  ┊ It was told 12 characters.',
      expect.stringMatching(/^ {2}✓ Answering \d+ ms$/),
      '  You said Good morning.',
      expect.stringMatching(/^ {2}\d+ ms$/),
      '›',
      '  Enter sends · /help · Ctrl-C leaves',
    ])
    person.type(CTRL_D)
    expect(await left).toBe(0)
    const comeBack = /npx longwire chat --session (\S+)/.exec(person.output.text)!
    expect(person.output.text).not.toContain('Enter sends')

    const again = chat('--session', comeBack[1]!)
    await again.person.output.until((text) => text.includes('Enter sends'))
    const shown = again.person.output.lines.filter((line) => line !== '')
    expect(shown.slice(shown.indexOf('› Good morning'), -2)).toEqual(talk.slice(talk.indexOf('› Good morning'), -2))
    again.person.type(CTRL_C)
    expect(await again.left).toBe(0)
  })

  test('Ctrl-C stops the running turn, what was said stays, and a second one leaves', async () => {
    const { person, left } = chat()
    person.type('never end\r')
    await person.output.until((text) => text.includes('You said') && text.includes('Ctrl-C stops this one'))
    person.type(CTRL_C)
    await person.output.until((text) => text.includes('stopped after') && text.includes('Enter sends'))
    expect(person.output.text).toMatch(/You said never end\.\n {2}… stopped here/)
    person.type(CTRL_C)
    expect(await left).toBe(0)
  })

  test('what is typed while a turn runs is queued, says so, and is answered next', async () => {
    const { person, left } = chat()
    person.type('never end\r')
    await person.output.until((text) => text.includes('Ctrl-C stops this one'))
    person.type('second\r')
    await person.output.until((text) => text.includes('queued  second'))
    person.type(CTRL_C)
    await person.output.until((text) => text.includes('You said second.') && text.includes('Enter sends'))
    expect(person.output.text).not.toContain('queued')
    person.type(CTRL_D)
    expect(await left).toBe(0)
  })

  test('a turn that fails says why, and the next question can be asked', async () => {
    const { person, left } = chat()
    person.type('fail\r')
    await person.output.until((text) => text.includes('✗ failed: it was told to fail (agent_error)'))
    person.type('fine\r')
    await person.output.until((text) => text.includes('You said fine.'))
    person.type(CTRL_D)
    expect(await left).toBe(0)
  })

  test('lines that are pasted together are one question', async () => {
    const { person, left } = chat()
    await person.output.until((text) => text.includes('Enter sends'))
    person.type('one\rtwo\r')
    await person.output.until((text) => text.includes('› one\n  two') && text.includes('Enter sends'))
    person.type(CTRL_D)
    expect(await left).toBe(0)
  })

  test('on a narrow terminal no line is wider than it', async () => {
    const { person, left } = chatOn(30, '--trace', 'debug')
    person.type('a question that is much longer than thirty columns, typed on a narrow terminal\r')
    await person.output.until((text) => text.includes('Enter sends') && text.includes('terminal.'))
    expect(person.output.tooWide).toEqual([])
    person.type(CTRL_D)
    await left
  })
})

/** A person who chats with the agent, and how the command ended once they left. */
function chat(...args: string[]): { readonly person: Desk; readonly left: Promise<number> } {
  return chatOn(80, ...args)
}

function chatOn(columns: number, ...args: string[]) {
  const person = desk(columns)
  return { person, left: runCommandLine(['chat', '--url', server.url, ...args], person) }
}

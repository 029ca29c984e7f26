import { connect } from '@longwire/client'
import { createServer, type LongwireServer } from '@longwire/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommandLine } from '../src/command-line.ts'
import { EXITS } from '../src/exit-codes.ts'
import { Here, runHere } from './here.ts'
import { type Desk, desk } from './paper.ts'

const AGENT = new URL('./agents/asker.ts', import.meta.url).pathname
const ESCAPE = '\u001b'
const UP = '\u001b[A'
const DOWN = '\u001b[B'
const CTRL_D = '\u0004'
const CLEAR = '\u0015'

let server: LongwireServer
beforeAll(async () => {
  server = await createServer({ agents: [AGENT], port: 0 })
})
afterAll(() => server.stop(0))

describe('a question in a terminal', () => {
  test('an approval shows what it is about and how long it may wait, and y approves it', async () => {
    const person = await asked('approval', 'y approves')
    expect(person.output.text).toMatch(/symbol {4}ACME\n {6}quantity {2}500\n {6}limit {5}12\.5/)
    expect(person.output.text).toContain('left, then it counts as no')
    person.type('y\r')
    await person.shows('✓ approved by local')
    await person.shows('The answer is {"approved":true}')
    await person.leave()
  })

  test('a word that is no answer approves nothing, and a no is asked for its reason', async () => {
    const person = await asked('approval', 'y approves')
    person.type('yes please\r')
    await person.shows('«yes please» is no answer')
    person.type('n\r')
    await person.shows('Why not?')
    person.type('too big\r')
    await person.shows('✗ denied by local: too big')
    await person.shows('{"approved":false,"reason":"too big"}')
    await person.leave()
  })

  test('an input is edited field by field, and approved as it stands then', async () => {
    const person = await asked('approval', 'e edits')
    person.type('e\r')
    await person.shows('▸ symbol')
    person.type('\r')
    await person.shows('▸ quantity')
    person.type(`${CLEAR}many\r`)
    await person.shows('✗ this is not a number')
    person.type(`${CLEAR}300\r`)
    await person.shows('▸ limit')
    person.type('\r')
    await person.shows('Enter approves it')
    person.type('\r')
    await person.shows('✓ approved with changes by local: quantity: 300')
    await person.shows('"editedInput":{"symbol":"ACME","quantity":300,"limit":12.5}')
    await person.leave()
  })

  test('an input is edited as JSON', async () => {
    const person = await asked('approval', 'j edits')
    person.type('j\r')
    await person.shows('› {"symbol":"ACME"')
    person.type(`${CLEAR}{"symbol"\r`)
    await person.shows('✗ this is not JSON')
    person.type(`${CLEAR}{"symbol":"B"}\r`)
    await person.shows('"editedInput":{"symbol":"B"}')
    await person.leave()
  })

  test('a change is shown as a diff', async () => {
    const person = await asked('edit', 'y approves')
    expect(person.output.text).toMatch(/path {2}src\/sum\.ts\n {8}a\n {6}- return a - b\n {6}\+ return a \+ b\n {8}z/)
    await person.leave()
  })

  test('a form is filled in field by field; what does not fit is said, and arrows lead back and choose', async () => {
    const person = await asked('form', '▸ Your name')
    person.type('A\r')
    await person.shows('✗ at least 2 characters')
    person.type('Ann\r')
    await person.shows('▸ quantity')
    person.type(UP)
    await person.shows('▸ Your name')
    person.type('e\r')
    await person.shows('▸ quantity')
    person.type('40\r')
    await person.shows('▸ urgent')
    person.type('y\r')
    await person.shows('▸ day')
    person.type('\r')
    await person.shows('▸ region')
    person.type(`${DOWN}${DOWN}\r`)
    await person.shows('▸ topics')
    person.type(`${DOWN} ${DOWN}${DOWN} `)
    await person.shows('3 [x] chips')
    person.type('\r')
    await person.shows('Enter sends it')
    expect(person.output.text).toMatch(/✓ region {5}Asia\n {4}✓ topics {5}energy, chips/)
    person.type('\r')
    const content = { name: 'Anne', quantity: 40, urgent: true, region: 'Asia', topics: ['energy', 'chips'] }
    await person.says({ action: 'accept', content })
    await person.leave()
  })

  test('a form is declined, and a choice is sent away', async () => {
    const person = await asked('form', '▸ Your name')
    person.type('/decline\r')
    await person.shows('✗ declined by local')
    person.ask('choice')
    await person.shows('1 left')
    person.type('/cancel\r')
    await person.shows('{"action":"cancel"}')
    await person.leave()
  })

  test('a choice wants something to be pointed at before Enter chooses it', async () => {
    const person = await asked('choice', '2 To the right')
    person.type('\r')
    await person.shows('✗ choose one first')
    person.type(`${DOWN}${DOWN}\r`)
    await person.shows('✓ answered by local: To the right')
    await person.says({ action: 'accept', content: 'right' })
    await person.leave()
  })

  test('of a call that was cut off the result can be given', async () => {
    const person = await asked('cut', '3 Give the result')
    person.type('3\r')
    await person.shows('What was its result?')
    person.type('{"filled":3}\r')
    await person.shows('choice: result, result: {"filled":3}')
    await person.leave()
  })

  test('of several questions each gets its own answer, whichever is answered first', async () => {
    const person = await asked('both', '(1 of 2)')
    person.type('\t')
    await person.shows('The second? (2 of 2)')
    person.type('n not that\r')
    await person.shows('✗ denied by local: not that')
    await person.shows('  ? The first?\n›')
    person.type('y\r')
    await person.shows('[{"approved":true},{"approved":false,"reason":"not that"}]')
    await person.leave()
  })

  test('what another device answers is shown with who did, and what was being typed goes nowhere', async () => {
    const person = await asked('both', '(1 of 2)')
    person.type('y')
    await person.shows('› y')
    const client = connect(server.url)
    const { sessions } = await client.sessions()
    const session = await client.session(sessions[0]!.session).ready
    const [first] = session.view.requests
    await session.answer(first!.request, { approved: false })
    client.close()
    await person.shows('what you typed was not sent')
    await person.shows('✗ denied by local')
    person.type('\r')
    await person.shows('  ? The second?\n›')
    person.type('y\r')
    await person.shows('[{"approved":false},{"approved":true}]')
    await person.leave()
  })

  test('a question is put aside to talk meanwhile: what waits is listed, put in order and taken back', async () => {
    const person = await asked('approval', 'y approves')
    person.type(ESCAPE)
    await person.shows('Tab answers the question')
    person.ask('choice')
    await person.shows('queued  choice')
    person.ask('soon')
    await person.shows('queued  2 soon')
    person.type('/queue first 2\r')
    await person.shows('queued  1 soon')
    person.type('/queue drop 1\r')
    await person.shows('queued  choice')
    person.type('!only Europe\r')
    await person.shows('steers  2 only Europe')
    person.type('/queue clear\r')
    await person.shows('2 taken back')
    person.ask('choice')
    await person.shows('queued  choice')
    person.type('\t')
    await person.shows('y approves')
    person.type('y\r')
    await person.shows('1 left')
    expect(person.output.text).not.toContain('queued')
    await person.leave()
  })

  test('a steer that came too late is said to be unheard, and is on the line again', async () => {
    const person = await asked('approval', 'y approves')
    person.type(ESCAPE)
    await person.shows('Tab answers')
    person.type('!only Europe\r')
    await person.shows('steers  only Europe')
    person.type('\t')
    await person.shows('y approves')
    person.type('y\r')
    await person.shows('not heard, the turn ended before it could join in: only Europe')
    await person.shows('› only Europe')
    await person.leave()
  })

  test('!! breaks in', async () => {
    const person = await asked('approval', 'y approves')
    person.type(ESCAPE)
    await person.shows('Tab answers')
    person.type('!!choice\r')
    await person.shows('■ not asked any more')
    await person.shows('» choice')
    await person.shows('1 left')
    await person.leave()
  })

  test('a request that nobody answers in time says what that counts as', async () => {
    const person = await asked('soon', '⌛ nobody answered in time, so it counts as no')
    await person.shows('"approved":false')
    await person.leave()
  })

  test('a task in the background shows how far it is, and the turn that it begins says why', async () => {
    const person = await asked('task', '◔ Count to two · at one 50 %')
    await person.shows('◆ In the background: Count to two is done')
    await person.shows('Its result: 2')
    expect(person.output.text).not.toContain('◔')
    await person.leave()
  })

  test('a tool of this terminal answers for itself', async () => {
    const person = await begin('--tool', 'clock=cat')
    person.ask('client')
    await person.says({ action: 'accept', content: { zone: 'UTC' } })
    await person.leave()
  })

  test('/help shows what there is', async () => {
    const person = await begin()
    person.type('/help\r')
    await person.shows('joins the running turn at its next step')
    await person.leave()
  })
})

describe('a question where nobody sits', () => {
  test('it is left open with the way to answer it, is listed, and is answered from a script, once', async () => {
    const chat = await runHere(['chat', '--url', server.url], { input: 'approval\n' })
    expect(chat).toMatchObject({ code: EXITS.waits.code, err: expect.stringContaining('May I place this order?') })
    const [, session, request] = /npx longwire answer (\S+) --url \S+ (\S+) --approve/.exec(chat.err)!
    const listed = await runHere(['requests', session!, '--json', '--url', server.url])
    expect(JSON.parse(listed.out)).toMatchObject({ session, request, kind: 'approval', input: { quantity: 500 } })
    expect((await runHere(['requests', '--url', server.url])).out).toContain(`${session} ${request}`)
    const answer = ['answer', session!, request!, '--url', server.url]
    expect((await runHere([...answer, '--approve', '--input', '{"symbol":"B"}'])).code).toBe(0)
    expect(await runHere([...answer, '--deny'])).toMatchObject({ code: EXITS.settled.code })
    const tail = new Here(['tail', session!, '--url', server.url])
    await tail.says(/"editedInput":\{"symbol":"B"\}/)
    tail.stop()
  })

  test('--wait waits for an answer from elsewhere, and a session with one open request needs no name for it', async () => {
    const chat = new Here(['chat', '--wait', '--url', server.url], { input: 'choice\n' })
    await chat.says('--content JSON')
    const [, session] = /npx longwire answer (\S+)/.exec(chat.err)!
    const wrong = await runHere(['answer', session!, '--content', '"up"', '--url', server.url])
    expect(wrong).toMatchObject({ code: EXITS.failed.code, err: expect.stringContaining('left, right') })
    expect((await runHere(['answer', session!, '--content', '"left"', '--url', server.url])).code).toBe(0)
    expect(await chat.ended).toMatchObject({ code: 0, out: expect.stringContaining('"content":"left"') })
    const none = await runHere(['answer', session!, '--approve', '--url', server.url])
    expect(none).toMatchObject({ code: EXITS.not_found.code })
  })

  test('a tool of the terminal that fails tells the agent why', async () => {
    const args = ['chat', '--url', server.url, '--tool', 'clock=echo broken >&2; exit 3']
    expect(await runHere(args, { input: 'client\n' })).toMatchObject({
      code: EXITS.turn_failed.code,
      err: expect.stringContaining('broken'),
    })
  })

  test('an answer that says nothing, or two things, is none', async () => {
    for (const args of [
      [],
      ['--approve', '--deny'],
      ['--deny', '--input', '{}'],
      ['--decline', '--reason', 'x'],
      ['--content', '{'],
    ]) {
      expect((await runHere(['answer', 's', 'r', '--url', server.url, ...args])).code).toBe(EXITS.usage.code)
    }
  })
})

class Person {
  readonly #desk: Desk
  readonly #left: Promise<number>

  constructor(...args: string[]) {
    this.#desk = desk(100, 60)
    this.#left = runCommandLine(['chat', '--url', server.url, ...args], this.#desk)
  }

  get output() {
    return this.#desk.output
  }

  type(keys: string): void {
    this.#desk.type(keys)
  }

  ask(text: string): void {
    this.type(`${text}\r`)
  }

  shows(text: string): Promise<void> {
    return this.output.until((shown) => shown.includes(text))
  }

  /** Once the agent said that it was answered this: however its lines were broken. */
  says(answer: object): Promise<void> {
    const wanted = `The answer is ${JSON.stringify(answer)}`.replace(/\s/g, '')
    return this.output.until((shown) => shown.replace(/\s/g, '').includes(wanted))
  }

  async leave(): Promise<void> {
    expect(this.output.tooWide).toEqual([])
    this.type(`${CLEAR}${CTRL_D}`)
    expect(await this.#left).toBe(0)
  }
}

async function begin(...args: string[]): Promise<Person> {
  const person = new Person(...args)
  await person.shows('Enter sends')
  return person
}

/** A person whose agent was told to ask this, once it shows. */
async function asked(what: string, shown: string): Promise<Person> {
  const person = await begin()
  person.ask(what)
  await person.shows(shown)
  return person
}

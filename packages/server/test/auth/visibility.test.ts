import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createKey, type MadeKey, type ServerOptions } from '../../src/index.ts'
import { house, temporaryFolder, turnOn } from '../house.ts'
import type { Peer } from '../peer.ts'

const SECRETS = ['DEBUG-NOTE', 'THOUGHT', '123-45-6789']

const visibility = {
  default: { trace: 'step' as const, reasoning: false, redact: ['ssn'] },
  roles: { staff: { trace: 'debug' as const, reasoning: true } },
}

async function withKeys(auth: NonNullable<ServerOptions['auth']> = { visibility }) {
  const data = temporaryFolder()
  const make = async (roles: string[]) => shown(await createKey(data, { principal: 'ann', kind: 'api', roles }))
  const [user, staff] = [await make([]), await make(['staff'])]
  return { home: await house({ data, auth: { use: ['key'], ...auth } }), user, staff }
}

function shown(key: MadeKey): Record<string, string> {
  return { 'x-api-key': 'key' in key ? key.key : '' }
}

/** The bytes that arrive on the socket of this peer from now on. */
function bytesTo(peer: Peer): Buffer[] {
  const bytes: Buffer[] = []
  const { _socket } = peer.socket as unknown as { _socket: Socket }
  _socket.on('data', (data: Buffer) => bytes.push(Buffer.from(data)))
  return bytes
}

describe('what a role may see', () => {
  test('[I16] [A12] is all that reaches its socket, on every wire: no debug trace, no reasoning, no redacted field', async () => {
    const { home, user, staff } = await withKeys()
    const operator = await home.connect(staff)
    const session = await operator.open(1, { trace: 'debug' })
    const watcher = await home.connect(user)
    const bytes = bytesTo(watcher)
    await watcher.attach(session, { trace: 'debug', reasoning: true })
    const run = await turnOn(home, operator)
    const { turn } = run.start
    const input = { name: 'Ann', person: { ssn: '123-45-6789' } }
    const text = JSON.stringify(input)
    run.span('DEBUG-NOTE', 'debug')
    run.progress('DEBUG-NOTE', 0.5, 'debug')
    run.speak(1, '0', 'chunk.reasoning')('THOUGHT')
    const head = { type: 'chunk.tool', turn, step: `${turn}.1`, call: 'c1', name: 'look' } as never
    run.say(
      { type: 'open', draft: 90, head },
      { type: 'add', draft: 90, escaped: JSON.stringify(text).slice(1, -1), at: 1_000 },
    )
    await operator.event('chunk.tool')
    const late = await home.connect(user)
    const lateBytes = bytesTo(late)
    await late.attach(session, { trace: 'debug', reasoning: true })
    await late.next('snapshot')
    run.thoughtfulMessage(1, 'THOUGHT', 'Said')
    run.commit(
      { type: 'tool.started', turn, call: 'c1', name: 'look', input },
      { type: 'control.requested', turn, request: 'r1', kind: 'approval', message: 'May I?', call: 'c1', input },
    )
    await watcher.event('control.requested')
    const path = `/v1/sessions/${session}`
    const asked = await home.fetch(path, { headers: user })
    expect(
      await operator.ask({ type: 'answer', ch: 1, request: 'r1', approved: true, editedInput: input }),
    ).toMatchObject({ type: 'ok' })
    const settled = await watcher.ask({ type: 'answer', ch: 1, request: 'r1', approved: true })
    expect(settled).toMatchObject({ code: 'already_settled' })
    run.commit({
      type: 'tool.finished',
      turn,
      call: 'c1',
      outcome: 'ok',
      output: { found: [text] } as never,
      tookMs: 1,
    })
    run.speak(2)('The end')
    await watcher.event('chunk.text')

    const query = 'trace=debug&reasoning=true'
    const doors = await Promise.all(
      [
        `${path}/view?${query}`,
        `${path}/view?turns=100&${query}`,
        `${path}/events?wait=0&${query}`,
        `${path}/events/5?${query}`,
      ].map(async (door) => JSON.stringify((await home.fetch(door, { headers: user })).body)),
    )
    const stream = await fetch(`${home.url}${path}/events?${query}`, {
      headers: { ...user, accept: 'text/event-stream' },
    })
    const { value } = await stream.body!.getReader().read()
    const told = [
      Buffer.concat(bytes),
      Buffer.concat(lateBytes),
      ...doors,
      JSON.stringify(asked.body),
      Buffer.from(value!),
    ].map(String)
    for (const [index, each] of told.entries()) {
      for (const secret of SECRETS) expect(each, `${index}`).not.toContain(secret)
    }
    // It is there, and who may see it does; and what is left of it is shown in its place.
    const whole = JSON.stringify(operator.frames)
    for (const secret of SECRETS) expect(whole).toContain(secret)
    expect(told[0]).toContain('"person":{"ssn":"[redacted]"}')
    expect(told[0]).toContain('"name":"Ann"')
    expect(watcher.frames.at(-1)).toMatchObject({ type: 'chunk.text', text: 'The end' })
  })

  test('[I16] a debug trace reaches no end user where the operator said nothing of roles', async () => {
    const { home, user } = await withKeys({})
    const peer = await home.connect(user)
    const bytes = bytesTo(peer)
    await peer.open(1, { trace: 'debug' })
    const run = await turnOn(home, peer)
    run.span('DEBUG-NOTE', 'debug')
    run.span('A detail', 'detail')
    await peer.event('trace.span')
    expect(String(Buffer.concat(bytes))).toContain('A detail')
    expect(String(Buffer.concat(bytes))).not.toContain('DEBUG-NOTE')
  })

  test('[I16] a ticket shows no more than whoever made it may see, and its holder cannot ask for more', async () => {
    const { home, user } = await withKeys()
    const peer = await home.connect(user)
    const session = await peer.open()
    const run = await turnOn(home, peer)
    const { body } = await home.post('/v1/tickets', { sessions: [session], trace: 'debug' }, user)
    const holder = await home.connect()
    const bytes = bytesTo(holder)
    await holder.ask({ type: 'hello', ticket: body.ticket })
    await holder.attach(session, { trace: 'debug', after: '0' })
    run.span('DEBUG-NOTE', 'debug')
    const { turn } = run.start
    run.commit({ type: 'tool.started', turn, call: 'c1', name: 'look', input: { ssn: '123-45-6789' } })
    await holder.event('tool.started')
    for (const secret of SECRETS) expect(String(Buffer.concat(bytes))).not.toContain(secret)
  })
})

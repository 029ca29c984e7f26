import { emptyView } from '@longwire/view'
import { describe, expect, test } from 'vitest'
import type { ReadEvent, Session } from '../src/index.ts'
import { type Client, connect, type LinkState, LongwireError } from '../src/index.ts'
import { accepted, begun, chunk, committed, ended, on, opened, rolledBack } from './events.ts'
import { HeldClock } from './held-clock.ts'
import { ScriptedServer, type ServerLine } from './scripted-server.ts'

/** Comes back at once: no chance, no wait. */
const AT_ONCE = { chance: () => 0 }

describe('a line', () => {
  test('[K1] nothing is dialled before a session is asked for, and all sessions share one line', async () => {
    await using server = await ScriptedServer.listen()
    const client = connect(server.url)
    expect(client.state).toEqual({ kind: 'idle' })
    client.session('a', { after: '0' })
    client.session('b', { after: '0' })
    const line = await server.line()
    line.welcome()
    expect([(await line.attach()).session, (await line.attach()).session]).toEqual(['a', 'b'])
    expect(server.waiting).toBe(0)
    client.close()
  })

  test('[K2] a line that cannot be had is tried again until it can', async () => {
    const first = await ScriptedServer.listen()
    const { url } = first
    await first[Symbol.asyncDispose]()
    const client = connect(url, AT_ONCE)
    client.session('s')
    await state(client, 'waiting')
    await state(client, 'connecting')
    expect(client.state).toMatchObject({ attempt: expect.any(Number) })
    client.close()
    expect(client.state).toMatchObject({ kind: 'closed', error: { code: 'client_closed' } })
  })

  test('[K2] the delay of a goaway is kept, counted from the loss of the line', async () => {
    const { server, clock, client, line } = await home({ clock: new HeldClock() })
    line.say({ type: 'goaway', reason: 'stopping', reconnectInMs: 7_000 })
    line.close(1012)
    await state(client, 'waiting')
    expect(client.state).toMatchObject({ kind: 'waiting', why: 'going_away' })
    expect(clock!.next).toBe(7_000)
    clock!.sleep(7_000)
    await server.line()
    client.close()
  })

  test('[K3] a line that is silent for twice the heartbeat is dead, and asked before', async () => {
    const { clock, client, line, session } = await home({ clock: new HeldClock(), heartbeatMs: 1_000 })
    for (let past = 0; past < 1_500; past += 500) clock!.sleep(500)
    await line.take('ping')
    line.say(...on(1, { type: 'weather.changed', seq: 9, at: 1 }))
    await until(session, () => session.place === '9')
    for (let past = 0; past < 1_500; past += 500) clock!.sleep(500)
    expect(client.state.kind).toBe('online')
    clock!.sleep(2_500)
    expect(client.state).toMatchObject({ kind: 'waiting', why: 'silent' })
    client.close()
  })

  test('[K3] a machine that slept knows at once that its line is dead', async () => {
    const { clock, client } = await home({ clock: new HeldClock(), heartbeatMs: 1_000 })
    clock!.sleep(3_600_000)
    expect(client.state).toMatchObject({ kind: 'waiting', why: 'silent' })
    client.close()
  })

  test('[K3] a try without a welcome is given up after ten seconds', async () => {
    await using server = await ScriptedServer.listen()
    const clock = new HeldClock()
    const client = connect(server.url, { clock, wires: ['websocket'] })
    client.session('s')
    await server.line()
    expect(clock.next).toBe(10_000)
    clock.sleep(10_000)
    expect(client.state.kind).toBe('waiting')
    client.close()
  })

  test('[K4] a close that means "do not come back" ends every handle with the error that came before it', async () => {
    const { client, line, session } = await home()
    const sending = session.send('hi')
    await line.take('input')
    const refusal = { type: 'error', code: 'too_many_bad_frames', message: '20 frames', retry: 'never' }
    line.say(refusal)
    line.close(1008)
    await expect(sending).rejects.toMatchObject({ code: 'too_many_bad_frames', retry: 'never' })
    expect(client.state).toMatchObject({ kind: 'closed', error: { code: 'too_many_bad_frames' } })
    await expect(session.send('again')).rejects.toBeInstanceOf(LongwireError)
  })

  test('[K4] a ticket is shown first, and a fresh one is fetched for every try', async () => {
    await using server = await ScriptedServer.listen()
    let tickets = 0
    const client = connect(server.url, { ...AT_ONCE, ticket: () => `ticket-${++tickets}` })
    client.session('s')
    const first = await server.line()
    expect((await first.take('hello')).ticket).toBe('ticket-1')
    first.close(4401)
    expect((await (await server.line()).take('hello')).ticket).toBe('ticket-2')
    client.close()
  })

  test('[K4] where the ticket is a word, 4401 ends the client', async () => {
    await using server = await ScriptedServer.listen()
    const client = connect(server.url, { ...AT_ONCE, ticket: 'once' })
    const session = client.session('s')
    ;(await server.line()).close(4401)
    await expect(session.ready).rejects.toMatchObject({ code: 'line_refused' })
  })

  test('[K15] a line that no handle needs is not dialled again', async () => {
    const { client, line, session } = await home()
    session.detach()
    await line.take('detach')
    line.close(4408)
    await state(client, 'idle')
  })

  test('a server that speaks something else ends the client with a word about it', async () => {
    await using server = await ScriptedServer.listen()
    const client = connect(server.url)
    const session = client.session('s')
    ;(await server.line()).say(['not', 'a', 'frame'])
    await expect(session.ready).rejects.toMatchObject({ code: 'not_longwire' })
  })
})

describe('a session', () => {
  test('[K5] it goes on from its place on the next line, and what is repeated is ignored', async () => {
    const { server, client, line, session } = await home()
    const reader = session.events()
    line.say(...on(1, ...begun(2), chunk(4, 1, 'Hel'), chunk(4, 2, 'lo')))
    await until(session, () => session.place === '4.2')
    expect(await take(reader, 4)).toMatchObject([{ seq: 2 }, { seq: 3 }, { seq: 4 }, { text: 'Hello' }])
    line.cut()
    const next = await server.line()
    next.welcome()
    const attach = await next.attach('replay')
    expect(attach).toMatchObject({ session: 's', after: '4.2', log: 'log-1', ch: 1 })
    next.say(...on(1, chunk(4, 2, 'lo'), chunk(4, 3, ' you'), committed(5, 'Hello you')))
    expect(await take(reader, 2)).toMatchObject([{ sub: 3 }, { seq: 5 }])
    expect(session.view.turns[0]?.messages[1]?.parts).toMatchObject([{ type: 'text', text: 'Hello you' }])
    expect(session.place).toBe('5')
    client.close()
  })

  test('[K6] an event of an unknown type is passed on and moves the place', async () => {
    const { client, line, session } = await home()
    const reader = session.events()
    line.say(...on(1, { type: 'weather.changed', seq: 2, at: 2, to: 'rain' }))
    expect(await take(reader, 1)).toEqual([{ type: 'weather.changed', seq: 2, at: 2, to: 'rain' }])
    expect(session.place).toBe('2')
    client.close()
  })

  test('[K7] without a place it begins with the view of the server', async () => {
    await using server = await ScriptedServer.listen()
    const client = connect(server.url)
    const session = client.session('s')
    const reader = session.events()
    const line = await server.line()
    line.welcome()
    expect(await line.attach('snapshot')).not.toHaveProperty('after')
    line.say({ type: 'snapshot', ch: 1, at: '40.2', view: { ...emptyView(), at: '40.2', agent: 'echo' } })
    await session.ready
    expect(session).toMatchObject({ id: 's', agent: 'echo', place: '40.2', log: 'log-1' })
    expect(await take(reader, 1)).toMatchObject([{ type: 'snapshot', why: 'snapshot', at: '40.2' }])
    client.close()
  })

  test('[K7] after a reset it holds what the server holds, even where its place was further on', async () => {
    const { server, client, line, session } = await home()
    line.say(...on(1, ...begun(2)))
    await until(session, () => session.place === '4')
    line.cut()
    const next = await server.line()
    next.welcome()
    await next.attach('reset', 'log-2')
    const reader = session.events()
    next.say({ type: 'snapshot', ch: 1, at: '1', view: { ...emptyView(), at: '1' } })
    expect(await take(reader, 1)).toMatchObject([{ type: 'snapshot', why: 'reset', at: '1' }])
    expect(session).toMatchObject({ place: '1', log: 'log-2', view: { turns: [] } })
    client.close()
  })

  test('[K8] a command that was not answered is sent again with its id, after attaching, and settles once', async () => {
    const { server, client, line, session } = await home()
    const sending = session.send('hi', { delivery: 'steer', context: { page: 7 } })
    const first = await line.take('input')
    expect(first).toMatchObject({ ch: 1, text: 'hi', delivery: 'steer', context: { page: 7 } })
    line.cut()
    const next = await server.line()
    next.welcome()
    await next.attach()
    const again = await next.take('input')
    expect(again).toEqual(first)
    next.say({ type: 'ok', id: first.id, ch: 1, seq: 2, input: 'in1', turn: 't1' })
    expect(await sending.accepted).toEqual({ seq: 2, input: 'in1', turn: 't1' })
    next.cut()
    const last = await server.line()
    last.welcome()
    await last.attach()
    expect(last.unread).toEqual([])
    client.close()
  })

  test('[K8] a command that is made while the line is away waits for it', async () => {
    const { server, client, line, session } = await home()
    line.cut()
    await state(client, 'waiting')
    const sending = session.send('later')
    const next = await server.line()
    next.welcome()
    await next.attach()
    const { id } = await next.take('input')
    next.say({ type: 'ok', id, ch: 1, seq: 2, input: 'in1' })
    expect(await sending.accepted).toEqual({ seq: 2, input: 'in1' })
    client.close()
  })

  test('[K8] open is asked with one id however often the line is lost, and attach from then on', async () => {
    await using server = await ScriptedServer.listen()
    const client = connect(server.url, AT_ONCE)
    const opening = client.open({ agent: 'echo', metadata: { topic: 'rates' }, trace: 'step' })
    const line = await server.line()
    line.welcome()
    const first = await line.take('open')
    expect(first).toMatchObject({ agent: 'echo', metadata: { topic: 'rates' }, trace: 'step' })
    line.cut()
    const next = await server.line()
    next.welcome()
    expect(await next.take('open')).toEqual(first)
    const { id, ch } = first
    next.say({ type: 'attached', id, ch, session: 'new', agent: 'echo', head: 1, log: 'l', recovered: 'replay' })
    next.say(...on(ch, { ...opened, session: 'new' }))
    const session = await opening
    expect(session.id).toBe('new')
    await until(session, () => session.place === '1')
    next.cut()
    const last = await server.line()
    last.welcome()
    expect(await last.attach()).toMatchObject({ session: 'new', after: '1', log: 'l', trace: 'step' })
    client.close()
  })

  test('[K9] cancel names the turn that runs now', async () => {
    const { client, line, session } = await home()
    line.say(...on(1, ...begun(2)))
    await until(session, () => session.place === '4')
    const cancelling = session.cancel()
    const { id, turn } = await line.take('cancel')
    expect(turn).toBe('t1')
    line.say({ type: 'ok', id, ch: 1 })
    await cancelling
    client.close()
  })

  test('[K10] one command more than 256 is refused here', async () => {
    const { client, line, session } = await home()
    line.cut()
    const sent = Array.from({ length: 257 }, (_, n) => session.send(`${n}`))
    await expect(sent[256]).rejects.toMatchObject({ code: 'outbox_full', retry: 'later' })
    client.close()
    await expect(sent[0]).rejects.toMatchObject({ code: 'client_closed' })
    await Promise.allSettled(sent)
  })

  test('[K11] a reader that reads late gets the pieces of a draft as one', async () => {
    const { client, line, session } = await home()
    const reader = session.events()
    line.say(...on(1, ...begun(2), ...Array.from({ length: 3_000 }, (_, n) => chunk(4, n + 1, 'x'))))
    await until(session, () => session.place === '4.3000')
    const [, , , text] = await take(reader, 4)
    expect(text).toMatchObject({ type: 'chunk.text', seq: 4, sub: 3_000, text: 'x'.repeat(3_000) })
    client.close()
  })

  test('[K11] a reader that leaves more than 1,024 events unread gets the view in their place', async () => {
    const { client, line, session } = await home()
    const slow = session.events()
    const quick = session.events()
    const count = (async () => {
      let seen = 0
      for await (const event of quick) {
        seen += 1
        if (event.type !== 'snapshot' && event.seq === 1_501) return seen
      }
      return seen
    })()
    line.say(...on(1, ...Array.from({ length: 1_500 }, (_, n) => accepted(n + 2, `in${n}`, 'hi'))))
    expect(await count).toBe(1_500)
    const [first] = await take(slow, 1)
    expect(first).toMatchObject({ type: 'snapshot', why: 'behind' })
    const place = Number((first as { at: string }).at)
    expect((await take(slow, 1501 - place)).at(-1)).toMatchObject({ seq: 1_501 })
    client.close()
  })

  test('[K12] a commit that came as a stub is fetched before what follows it is folded', async () => {
    const { server, client, line, session } = await home()
    line.say(...on(1, ...begun(2)))
    server.answers.set('/v1/sessions/s/events/5', { status: 200, body: committed(5, 'a long answer') })
    const stub = { type: 'message.committed', seq: 5, at: 5, bytes: 99_999, href: '/v1/sessions/s/events/5' }
    line.say(...on(1, stub, ended(6, 'completed')))
    expect(await line.take('detach')).toMatchObject({ ch: 1 })
    expect(await line.attach()).toMatchObject({ ch: 2, after: '5' })
    line.say(...on(2, ended(6, 'completed')))
    await until(session, () => session.place === '6')
    expect(session.view.turns[0]?.messages[1]?.parts).toMatchObject([{ text: 'a long answer' }])
    client.close()
  })

  test('[K12] a stub that cannot be fetched now is asked for again', async () => {
    const { server, client, line, session } = await home()
    line.say(...on(1, { type: 'input.accepted', seq: 2, at: 5, bytes: 99_999, href: '/big' }))
    await line.take('detach')
    expect(await line.attach()).toMatchObject({ ch: 2, after: '1' })
    server.answers.set('/big', { status: 200, body: accepted(2, 'in1', 'long') })
    line.say(...on(2, { type: 'input.accepted', seq: 2, at: 5, bytes: 99_999, href: '/big' }))
    await line.take('detach')
    expect(await line.attach()).toMatchObject({ ch: 3, after: '2' })
    expect(session.view.waiting).toMatchObject([{ text: 'long' }])
    client.close()
  })

  test('[K13] an attach that is refused for ever ends that handle alone, with the code and all it waited for', async () => {
    const { client, line, session } = await home()
    const other = client.session('nobody')
    const sending = other.send('hi')
    const { id, ch } = await line.take('attach')
    line.say({ type: 'error', id, ch, code: 'session_not_found', message: 'no such session', retry: 'never' })
    await expect(other.ready).rejects.toMatchObject({ code: 'session_not_found', retry: 'never' })
    await expect(sending).rejects.toMatchObject({ code: 'session_not_found' })
    await expect(other.events().next()).rejects.toMatchObject({ code: 'session_not_found' })
    expect(session.error).toBeUndefined()
    client.close()
  })

  test('[K13] an attach that is refused for now is tried again', async () => {
    const { client, line } = await home()
    client.session('busy')
    const { id, ch } = await line.take('attach')
    line.say({ type: 'error', id, ch, code: 'overloaded', message: 'busy', retry: 'later', retryAfterMs: 1 })
    expect(await line.attach()).toMatchObject({ session: 'busy' })
    client.close()
  })

  test('a command that is refused rejects with the code, and the handle goes on', async () => {
    const { client, line, session } = await home()
    const answering = session.answer('r1', { approved: true })
    const { id, request, approved } = await line.take('answer')
    expect({ request, approved }).toEqual({ request: 'r1', approved: true })
    const outcome = { outcome: 'expired' }
    line.say({ type: 'error', id, ch: 1, code: 'already_settled', message: 'too late', retry: 'never', outcome })
    await expect(answering).rejects.toMatchObject({ code: 'already_settled', outcome })
    expect(session.error).toBeUndefined()
    client.close()
  })

  test('a handle that is detached ends its readers, and the session is let go of', async () => {
    const { client, line, session } = await home()
    const reader = session.events()
    session.detach()
    expect(await line.take('detach')).toMatchObject({ ch: 1 })
    expect(await reader.next()).toMatchObject({ done: true })
    await expect(session.send('hi')).rejects.toMatchObject({ code: 'detached' })
    client.close()
  })
})

describe('a reply', () => {
  test('[K14] its pieces are the text of the turn that answers, and its result the whole', async () => {
    const { client, line, session } = await home()
    const reply = session.ask('hi')
    await acceptInput(line)
    line.say(...on(1, ...begun(2), chunk(4, 1, 'Hel'), chunk(4, 2, 'lo'), committed(5, 'Hello')))
    line.say(...on(1, chunk(5, 1, 'Bye', 'st2'), committed(6, 'Bye', 'st2'), ended(7, 'completed')))
    let text = ''
    for await (const piece of reply) text += piece
    expect(text).toBe('Hello\n\nBye')
    expect(await reply.result).toBe(text)
    client.close()
  })

  test('[K14] what is said again after a rollback is not given twice', async () => {
    const { client, line, session } = await home()
    const reply = session.ask('hi')
    await acceptInput(line)
    const pieces = reply[Symbol.asyncIterator]()
    line.say(...on(1, ...begun(2), chunk(4, 1, 'The price is 4')))
    expect((await pieces.next()).value).toBe('The price is 4')
    line.say(...on(1, rolledBack(5)))
    await until(session, () => session.place === '5')
    line.say(...on(1, chunk(5, 1, 'The price is', 'st2')))
    await until(session, () => session.place === '5.1')
    line.say(...on(1, chunk(5, 2, ' 42', 'st2'), committed(6, 'The price is 42', 'st2'), ended(7, 'completed')))
    expect((await pieces.next()).value).toBe('2')
    expect(await pieces.next()).toMatchObject({ done: true })
    expect(await reply.result).toBe('The price is 42')
    client.close()
  })

  test('[K14] where it is said differently, the rest begins on a new line', async () => {
    const { client, line, session } = await home()
    const reply = session.ask('hi')
    await acceptInput(line)
    const pieces = reply[Symbol.asyncIterator]()
    line.say(...on(1, ...begun(2), chunk(4, 1, 'The price is 4')))
    await pieces.next()
    line.say(...on(1, rolledBack(5), chunk(5, 1, 'The cost is 5', 'st2'), committed(6, 'The cost is 5', 'st2')))
    line.say(...on(1, ended(7, 'completed')))
    await until(session, () => session.place === '7')
    expect((await pieces.next()).value).toBe('\ncost is 5')
    expect(await reply.result).toBe('The cost is 5')
    client.close()
  })

  test('[K14] it goes on over a lost line and a snapshot without doubling', async () => {
    const { server, client, line, session } = await home()
    const reply = session.ask('hi')
    await acceptInput(line)
    const pieces = reply[Symbol.asyncIterator]()
    line.say(...on(1, ...begun(2), chunk(4, 1, 'Hel')))
    expect((await pieces.next()).value).toBe('Hel')
    const { view } = session
    line.cut()
    const next = await server.line()
    next.welcome()
    await next.attach('snapshot')
    next.say({ type: 'snapshot', ch: 1, at: view.at, view }, ...on(1, chunk(4, 2, 'lo'), committed(5, 'Hello')))
    next.say(...on(1, ended(6, 'cancelled')))
    expect((await pieces.next()).value).toBe('lo')
    client.close()
  })

  test('a turn that fails rejects with the code of its failure', async () => {
    const { client, line, session } = await home()
    const reply = session.ask('hi')
    await acceptInput(line)
    const error = { code: 'model_unavailable', message: 'no answer', retryable: true }
    line.say(...on(1, ...begun(2), ended(5, 'failed', { error })))
    await expect(reply.result).rejects.toMatchObject({ code: 'model_unavailable', retry: 'later' })
    await expect(reply[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'model_unavailable' })
    client.close()
  })

  test('an input that comes back without a turn rejects', async () => {
    const { client, line, session } = await home()
    const reply = session.ask('hi')
    await acceptInput(line)
    const returned = { type: 'input.returned', seq: 3, at: 3, input: 'in1', reason: 'withdrawn' }
    line.say(...on(1, accepted(2, 'in1', 'hi'), returned))
    await expect(reply.result).rejects.toMatchObject({ code: 'input_returned' })
    client.close()
  })
})

describe('the doors', () => {
  test('agents and sessions are asked for over HTTP, and refusals are typed', async () => {
    await using server = await ScriptedServer.listen()
    const client = connect(server.url)
    server.answers.set('/v1/agents', { status: 200, body: { agents: [{ name: 'echo' }] } })
    server.answers.set('/v1/sessions?agent=echo', { status: 200, body: { sessions: [], cursor: 'x' } })
    const refusal = { code: 'session_not_found', message: 'no', retry: 'never' }
    server.answers.set('/v1/sessions/s', { status: 404, body: refusal })
    expect(await client.agents()).toEqual([{ name: 'echo' }])
    expect(await client.sessions({ agent: 'echo' })).toEqual({ sessions: [], cursor: 'x' })
    await expect(client.about('s')).rejects.toMatchObject({ code: 'session_not_found' })
    await expect(client.about('other')).rejects.toMatchObject({ code: 'not_longwire' })
  })

  test('where no server answers, the error says so', async () => {
    const server = await ScriptedServer.listen()
    await server[Symbol.asyncDispose]()
    await expect(connect(server.url).agents()).rejects.toMatchObject({ code: 'unreachable', retry: 'later' })
  })
})

/** A client with one session at place 1, and the line it came on. */
async function home({ clock, heartbeatMs }: { clock?: HeldClock; heartbeatMs?: number } = {}) {
  const server = await ScriptedServer.listen()
  const client = connect(server.url, { ...AT_ONCE, ...(clock ? { clock } : {}) })
  const session = client.session('s', { after: '0' })
  const line = await server.line()
  line.welcome(heartbeatMs)
  await line.attach()
  line.say(...on(1, opened))
  await until(session, () => session.place === '1')
  return { server, clock, client, line, session }
}

async function acceptInput(line: ServerLine): Promise<void> {
  const { id, ch } = await line.take('input')
  line.say({ type: 'ok', id, ch, seq: 2, input: 'in1' })
}

async function take(reader: AsyncIterator<ReadEvent>, count: number): Promise<ReadEvent[]> {
  const events: ReadEvent[] = []
  while (events.length < count) events.push((await reader.next()).value)
  return events
}

function until(session: Session, isSo: () => boolean): Promise<void> {
  return becomes(session.subscribe, isSo)
}

function state(client: Client, kind: LinkState['kind']): Promise<void> {
  return becomes(client.subscribe, () => client.state.kind === kind)
}

function becomes(subscribe: (changed: () => void) => () => void, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = subscribe(() => check())
    const check = () => {
      if (!isSo()) return
      stop()
      resolve()
    }
    check()
  })
}

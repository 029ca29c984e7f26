import { expect, test } from 'vitest'
import { byHeader, house } from '../house.ts'
import { ForeignPeer, type Told } from './socket.ts'

// The frames of the article, spoken by hand against a server whose agent the test plays.

const PATH = '/agents/AGENT123/agentAliases/PROD/sessions/unique-session-id/websocket'

/** The only agent of a house with two is found by its name. */
const NAMED = PATH.replace('AGENT123', 'echo')

async function talking(query = '', first: object = { inputText: 'How did the markets do?' }) {
  const home = await house()
  const peer = await ForeignPeer.connect(home.url, `${NAMED}${query}`)
  peer.send(first)
  return { home, peer, run: await home.host.run() }
}

test('[D1] [X19] [X27] a program of the article says inputText and hears chunks, a trace with the nested one beside it, and a completion, on a socket that stays open', async () => {
  const { home, peer, run } = await talking()
  run.speak(1, '0', 'chunk.reasoning')('Markets first.')
  const say = run.speak(1, '1')
  say('They ')
  say('rose.')
  run.thoughtfulMessage(1, 'Markets first.', 'They rose.')
  run.end()
  const { completion } = await peer.next('completion')
  expect(completion).toMatchObject({ outcome: 'completed', text: 'They rose.', sessionId: 'unique-session-id' })
  expect(peer.told.map(keyOf)).toEqual(['trace', 'chunk', 'chunk', 'completion'])
  const [{ trace }] = peer.told as [Told]
  expect(trace).toMatchObject({
    rationale: 'Markets first.',
    sessionId: 'unique-session-id',
    agentId: 'echo',
    agentAliasId: 'PROD',
    trace: {
      orchestrationTrace: { rationale: { text: 'Markets first.', traceId: expect.stringMatching(/^.{2,16}$/) } },
    },
  })
  expect(textOf(peer.told)).toBe('They rose.')

  peer.send({ inputText: 'And bonds?' })
  const second = await home.host.run(2)
  second.speak(1)('They fell.')
  second.message(1, 'They fell.')
  second.end()
  expect((await peer.next('completion')).completion).toMatchObject({ text: 'They fell.' })
  expect(peer.closed).toBeUndefined()
})

test('[D1] [X26] with encoding=base64 the bytes of a chunk are base64, and no character is cut in two', async () => {
  const { peer, run } = await talking('?encoding=base64')
  const say = run.speak(1)
  say('So \ud83d')
  say('\ude00 it is')
  run.message(1, 'So \ud83d\ude00 it is')
  run.end()
  await peer.next('completion')
  const bytes = peer.told.flatMap(({ chunk }) => (chunk ? [Buffer.from(chunk.bytes, 'base64').toString('utf8')] : []))
  expect(bytes.every((text) => !text.includes('\ufffd'))).toBe(true)
  expect(bytes.join('')).toBe('So 😀 it is')
})

test('[D2] whatever frame a peer comes back from, it has heard every word once', async () => {
  const { home, peer, run } = await talking()
  const think = run.speak(1, '0', 'chunk.reasoning')
  think('Let me ')
  think('see.')
  const say = run.speak(1, '1')
  for (const word of ['It ', 'is \ud83d', '\ude00 so', ', they', ' say.']) say(word)
  run.thoughtfulMessage(1, 'Let me see.', 'It is 😀 so, they say.')
  const more = run.speak(2)
  more('And ')
  more('more.')
  run.message(2, 'And more.')
  run.end()
  await peer.next('completion')
  const all = [...peer.told]
  expect(textOf(all)).toBe('It is 😀 so, they say.And more.')
  for (const [index, { place }] of all.entries()) {
    const back = await ForeignPeer.connect(home.url, `${NAMED}?after=${encodeURIComponent(place!)}`)
    if (index < all.length - 1) await back.next('completion')
    else await back.next('session')
    expect(textOf([...all.slice(0, index + 1), ...back.told]), `after ${place}`).toBe(textOf(all))
    expect(back.told[0]).toMatchObject({ session: { recovered: 'replay' } })
    back.cut()
  }
})

test('[D2] a peer that comes back in mid-sentence hears the rest, also where the step is committed meanwhile or withdrawn', async () => {
  const { home, peer, run } = await talking()
  const say = run.speak(1)
  say('One ')
  const { place } = await peer.next('chunk')
  peer.cut()
  say('two ')
  const open = await ForeignPeer.connect(home.url, `${NAMED}?after=${place}`)
  expect((await open.next('chunk')).chunk).toEqual({ bytes: 'two ' })
  say('three')
  const late = await open.next('chunk')
  expect(late.chunk).toEqual({ bytes: 'three' })
  run.rollBack(1)
  expect((await open.next('rollback')).rollback).toMatchObject({ characters: 13, reason: 'error' })
  const withdrawn = await ForeignPeer.connect(home.url, `${NAMED}?after=${late.place}`)
  expect((await withdrawn.next('rollback')).rollback).toMatchObject({ characters: 13 })
  run.message(2, 'Four')
  expect((await withdrawn.next('chunk')).chunk).toEqual({ bytes: 'Four' })
})

test('[D2] who joins without a place hears what the running turn has said so far, and what it asks', async () => {
  const { home, run } = await talking()
  run.speak(1)('So far')
  run.message(1, 'So far')
  run.speak(2)(', and on')
  run.request('r1')
  const joins = await ForeignPeer.connect(home.url, NAMED)
  await joins.next('control')
  expect(textOf(joins.told)).toBe('So far, and on')
})

test('[D3] a question is a control frame with returnControl beside it, and is answered by either name', async () => {
  const { peer, run } = await talking()
  run.request('r1')
  const asked = await peer.next('control')
  expect(asked).toMatchObject({
    control: { invocationId: 'r1', kind: 'approval', message: 'May I?' },
    returnControl: {
      invocationId: 'r1',
      invocationInputs: [{ functionInvocationInput: { actionInvocationType: 'USER_CONFIRMATION' } }],
    },
  })
  const results = [{ functionResult: { actionGroup: 'person', confirmationState: 'CONFIRM' } }]
  peer.send({ sessionState: { invocationId: 'r1', returnControlInvocationResults: results } })
  expect(await run.told('settled')).toMatchObject({ request: 'r1', answer: { approved: true } })
  expect((await peer.next('settled')).settled).toMatchObject({ invocationId: 'r1', outcome: 'answered' })

  run.request('r2')
  await peer.next('control')
  peer.send({ control: { approved: false, reason: 'too dear' } })
  expect(await run.told('settled', 2)).toMatchObject({ request: 'r2', answer: { approved: false, reason: 'too dear' } })

  run.request('r3', 'form')
  await peer.next('control')
  const filled = { functionResult: { actionGroup: 'person', responseBody: { TEXT: { body: '{"size":3}' } } } }
  peer.send({ sessionState: { invocationId: 'r3', returnControlInvocationResults: [filled] } })
  expect(await run.told('settled', 3)).toMatchObject({
    request: 'r3',
    answer: { action: 'accept', content: { size: 3 } },
  })
})

test('[D4] interrupt stops the turn, or breaks into it with what is said instead; additional context joins it', async () => {
  const { home, peer, run } = await talking()
  run.speak(1)('Long ')
  await peer.next('chunk')
  peer.send({ additionalContext: { budget: 3 }, id: 'context' })
  await peer.next('ok')
  run.take(2)
  expect(await run.told('steer')).toMatchObject([{ context: { budget: 3 } }])
  peer.send({ interrupt: { inputText: 'Shorter!' } })
  expect((await peer.next('completion')).completion).toMatchObject({ outcome: 'cancelled' })
  const second = await home.host.run(2)
  expect(second.start.inputs).toMatchObject([{ text: 'Shorter!' }])
  peer.send({ interrupt: true })
  expect((await peer.next('completion')).completion).toMatchObject({ outcome: 'cancelled' })
})

test('[D4] a turn that fails is an error and then a completion; a frame that says nothing is an error, and the socket stays', async () => {
  const { home, peer, run } = await talking()
  run.fail('model_unavailable', 'it is away')
  expect((await peer.next('error')).error).toMatchObject({ type: 'modelNotReadyException', code: 'model_unavailable' })
  expect((await peer.next('completion')).completion).toMatchObject({ outcome: 'failed' })
  peer.send('no JSON')
  expect((await peer.next('error')).error).toMatchObject({ type: 'validationException', code: 'bad_frame' })
  peer.send({ colour: 'blue' })
  expect((await peer.next('error')).error).toMatchObject({ type: 'validationException', code: 'bad_field' })
  peer.send({
    sessionState: { invocationId: 'no', returnControlInvocationResults: [{ functionResult: { actionGroup: 'a' } }] },
  })
  expect((await peer.next('error')).error).toMatchObject({ type: 'resourceNotFoundException' })
  peer.send({ inputText: 'Still there?', id: 'mine' })
  expect((await peer.next('ok')).ok).toEqual({ id: 'mine' })
  ;(await home.host.run(2)).end()
  peer.send({ endSession: true })
  expect(await peer.ended()).toMatchObject({ code: 1000 })
})

test('[D5] the agent of the address is one by its name, its alias, or the only one; another is not found before the handshake', async () => {
  const aliased = await house({ agentAliases: { AGENT123: 'other' } })
  const peer = await ForeignPeer.connect(aliased.url, PATH)
  peer.send({ inputText: 'Hello' })
  expect((await aliased.host.run()).start.agent).toBe('other')
  const plain = await house()
  await expect(ForeignPeer.connect(plain.url, PATH)).rejects.toMatchObject({
    status: 404,
    headers: { 'x-amzn-errortype': 'ResourceNotFoundException' },
    body: expect.stringContaining('message'),
  })
})

test("[D5] a session of the article is its principal's own: under the same name another has another", async () => {
  const home = await house({ verifiers: [byHeader] })
  const ann = await ForeignPeer.connect(home.url, NAMED, { 'x-principal': 'ann' })
  ann.send({ inputText: 'Mine' })
  const run = await home.host.run()
  run.speak(1)('A secret')
  await ann.next('chunk')
  const bob = await ForeignPeer.connect(home.url, NAMED, { 'x-principal': 'bob' })
  bob.send({ inputText: 'Hello', id: 'hello' })
  await bob.next('ok')
  expect((await home.host.run(2)).start.session).toBe('unique-session-id')
  expect(JSON.stringify(bob.told)).not.toContain('secret')
  await expect(ForeignPeer.connect(home.url, NAMED)).rejects.toMatchObject({ status: 403 })
})

function textOf(told: readonly Told[]): string {
  return told.flatMap(({ chunk }) => (chunk ? [chunk.bytes] : [])).join('')
}

function keyOf(frame: Told): string {
  return Object.keys(frame)[0]!
}

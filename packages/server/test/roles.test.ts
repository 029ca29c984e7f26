import { expect, test } from 'vitest'
import { Refusal, type Verifier } from '../src/index.ts'
import { house, turnOn } from './house.ts'

/** `x-as: ann` or `x-as: ann boss desk`: a principal, and its roles. */
const byRoles: Verifier = {
  name: 'roles',
  async verify({ headers }) {
    const [principal, ...roles] = String(headers['x-as'] ?? '').split(' ')
    if (!principal) throw new Refusal('unauthenticated', 'nobody')
    return { principal, roles, sees: { trace: 'debug', reasoning: true } }
  },
}

test('[G40] a request that was escalated to a role is answered by whoever has it, over a line, HTTP or as an operator, and by nobody else', async () => {
  const home = await house({ verifiers: [byRoles] })
  const ann = await home.connect({ 'x-as': 'ann' })
  const session = await ann.open()
  const run = await turnOn(home, ann)
  const { turn } = run.start
  for (const [request, to] of [
    ['r1', 'clerk'],
    ['r2', 'boss'],
    ['r3', 'boss'],
    ['r4', 'boss'],
  ] as const) {
    run.commit({
      type: 'control.requested',
      turn,
      request,
      kind: 'approval',
      message: 'May I?',
      to,
      onExpiry: 'escalate',
    })
  }
  await ann.until(() => ann.events().filter(({ type }) => type === 'control.requested').length === 4)
  const yes = (request: string) => ({ type: 'answer', request, approved: true })
  expect(await ann.ask({ ...yes('r2'), ch: 1 })).toMatchObject({ code: 'forbidden', retry: 'never' })
  const clerk = await home.connect({ 'x-as': 'ann clerk' })
  await clerk.attach(session)
  expect(await clerk.ask({ ...yes('r1'), ch: 1 })).toMatchObject({ type: 'ok' })
  expect(await clerk.ask({ ...yes('r2'), ch: 1 })).toMatchObject({ code: 'forbidden' })
  const boss = await home.connect({ 'x-as': 'ann boss' })
  await boss.attach(session)
  expect(await boss.ask({ ...yes('r2'), ch: 1 })).toMatchObject({ type: 'ok' })
  const door = `/v1/sessions/${session}/commands`
  expect(await home.post(door, { ...yes('r3'), id: 'a' }, { 'x-as': 'ann clerk' })).toMatchObject({ status: 403 })
  expect(await home.post(door, { ...yes('r3'), id: 'b' }, { 'x-as': 'ann boss' })).toMatchObject({ status: 200 })
  // The session is another principal's: only the operators' door leads there, and it asks for the role as well.
  expect(await home.post(door, { ...yes('r4'), id: 'c' }, { 'x-as': 'bob boss' })).toMatchObject({ status: 404 })
  const operators = `/v1/operator/sessions/${session}/answer`
  const answer = { request: 'r4', approved: false }
  expect(await home.post(operators, answer, { 'x-as': 'olga operator' })).toMatchObject({ status: 403 })
  expect(await home.post(operators, answer, { 'x-as': 'olga operator boss' })).toMatchObject({ status: 200 })
  await ann.until(() => ann.events().filter(({ type }) => type === 'control.settled').length === 4)
  const by = ann.events().flatMap((event) => (event.type === 'control.settled' ? [[event.request, event.by]] : []))
  expect(by).toEqual([
    ['r1', 'ann'],
    ['r2', 'ann'],
    ['r3', 'ann'],
    ['r4', 'olga'],
  ])
})

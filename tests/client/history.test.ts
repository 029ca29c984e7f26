import { expect, test } from 'vitest'
import { clientOf, served } from './home.ts'

const SAID = 24

test('[K45] what the view no longer shows is read a page at a time, back to where the session begins', async () => {
  const { url } = await served()
  const talking = await clientOf(url).open({ agent: 'teller' })
  expect(await talking.history()).toEqual({ turns: [] })
  const turns: string[] = []
  for (let said = 0; said < SAID; said += 1) {
    const fate = await talking.send('Go on')
    if (fate.outcome === 'applied') turns.push(fate.turn)
  }
  const session = await clientOf(url).session(talking.id).ready
  const shown = session.view.turns.map(({ turn }) => turn)
  const hidden = turns.slice(0, SAID - shown.length)
  expect(hidden.length).toBeGreaterThan(2)

  const whole = await session.history()
  expect(whole.turns.map(({ turn }) => turn)).toEqual(hidden)
  expect(whole.before).toBeUndefined()
  expect(whole.turns[0]!.messages.at(-1)).toMatchObject({ role: 'assistant', parts: [{ type: 'text', text: '1 ' }] })

  const last = await session.history({ turns: 2 })
  expect(last.turns.map(({ turn }) => turn)).toEqual(hidden.slice(-2))
  const first = await session.history({ turns: SAID, before: last.before! })
  expect(first.turns.map(({ turn }) => turn)).toEqual(hidden.slice(0, -2))
  expect(first.before).toBeUndefined()
})

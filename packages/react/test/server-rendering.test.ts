// Rendering to a string, in Node: what a page is before anybody can talk.
import { connect } from '@longwire/client'
import { emptyView, foldAll, type SessionView } from '@longwire/view'
import { createElement, type ReactNode, Suspense } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import {
  LongwireProvider,
  useAgents,
  useConnection,
  useReadySession,
  useRequests,
  useSession,
  useSessionState,
  useTrace,
  useTurn,
  useView,
} from '../src/index.ts'

const client = connect('http://127.0.0.1:9', {
  webSocket: class {
    constructor() {
      throw new Error('nothing may be dialled here')
    }
  } as never,
})

function html(session: Parameters<typeof LongwireProvider>[0]['session'], shown: () => ReactNode): string {
  const props = { client, ...(session === undefined ? {} : { session }) }
  return renderToString(createElement(LongwireProvider, props, createElement(shown)))
}

const seen: SessionView = foldAll(emptyView(), [
  { type: 'session.opened', seq: 1, at: 1, session: 's', agent: 'guide', tools: [], metadata: {} },
  { type: 'input.accepted', seq: 2, at: 2, input: 'i2', delivery: 'queue', text: 'Hello', by: 'ann' },
  { type: 'turn.started', seq: 3, at: 3, turn: 't3', cause: 'input', inputs: ['i2'], attempt: 1 },
] as never)

test('a session that is yet to be joined is shown empty, and nobody is dialled', () => {
  const text = html('s', () => {
    const said = useView((view) => view.turns.length)
    const { id, status } = useSessionState()
    return [
      id,
      status,
      said,
      useTurn()?.turn ?? 'no turn',
      useRequests().length,
      useTrace().length,
      useConnection().kind,
    ].join(' ')
  })
  expect(text).toBe('s joining 0 no turn 0 0 idle')
  expect(client.state).toEqual({ kind: 'idle' })
})

test('a session that is yet to be opened is shown empty too, and the list of agents as loading', () => {
  const text = html({ agent: 'guide' }, () => {
    const { agents, isLoading } = useAgents()
    return [JSON.stringify(useSessionState().id), useView((view) => view.status), agents.length, isLoading].join(' ')
  })
  expect(text).toBe('&quot;&quot; idle 0 true')
})

test('with the view that a server has, the page shows what was said', () => {
  const text = html({ session: 's', view: seen }, () => {
    const session = useReadySession()
    return [session.id, useTurn()?.status, useView(({ turns }) => turns[0]?.messages[0]?.parts.length)].join(' ')
  })
  expect(text).toBe('s running 1')
})

test('what waits for a session is left to the browser: the page has what its boundary shows meanwhile', () => {
  const Waits = () => createElement('p', null, useReadySession().id)
  const text = html('s', () =>
    createElement(Suspense, { fallback: createElement('p', null, 'joining') }, createElement(Waits)),
  )
  expect(text).toContain('<p>joining</p>')
})

test('what is asked of a session while the page is rendered is refused by name', () => {
  expect(() => html('s', () => void useSession().send('hello'))).toThrow('joined in the browser')
})

test('a hook says what is missing above it', () => {
  const Alone = () => useView((view) => view.at)
  expect(() => renderToString(createElement(Alone))).toThrow('no session')
  expect(() => renderToString(createElement(LongwireProvider, { session: 's' }))).toThrow('no client')
})

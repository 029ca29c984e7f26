// Small applications, one mounted at a time, each under StrictMode as an application would be.
import { connect } from '@longwire/client'
import {
  LongwireProvider,
  type SessionTarget,
  useAgents,
  useConnection,
  useOutbox,
  useReadySession,
  useRequests,
  useSession,
  useSessionState,
  useSessions,
  useTrace,
  useTurn,
  useView,
} from '@longwire/react'
import { Component, memo, type ReactNode, StrictMode, Suspense, useState } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import type { ReactingPage } from '../reacting-page.ts'

const client = connect(location.origin)
const renders: Record<string, number> = {}

function rendered(name: string): void {
  renders[name] = (renders[name] ?? 0) + 1
}

function Text() {
  rendered('Text')
  const text = useView(({ turns }) =>
    turns
      .flatMap(({ messages }) => messages)
      .filter(({ role }) => role === 'assistant')
      .flatMap(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')))
      .join(''),
  )
  return <p id="text">{text}</p>
}

function Status() {
  rendered('Status')
  return <p id="status">{useView((view) => view.status)}</p>
}

function Connection() {
  rendered('Connection')
  return <p id="connection">{useConnection().kind}</p>
}

function State() {
  const { id, status, error } = useSessionState()
  return <p id="state">{[status, id !== '', error?.code ?? ''].join(' ')}</p>
}

function Turn() {
  rendered('Turn')
  const turn = useTurn()
  return <p id="turn">{turn ? `${turn.turn} ${turn.status}` : 'none'}</p>
}

function Trace() {
  rendered('Trace')
  return (
    <ul id="trace">
      {useTrace().map(({ span, label }) => (
        <li key={span}>{label}</li>
      ))}
    </ul>
  )
}

function Outbox() {
  return (
    <p id="outbox">
      {useOutbox()
        .map(({ text, state }) => `${text} ${state}`)
        .join()}
    </p>
  )
}

function Requests() {
  rendered('Requests')
  const session = useSession()
  return useRequests().map(({ request, message }) => (
    <button key={request} type="button" id="approve" onClick={() => void session.answer(request, { approved: true })}>
      {message}
    </button>
  ))
}

function Ask({ text }: { text: string }) {
  const session = useSession()
  return (
    <button type="button" id="ask" onClick={() => void session.send(text).catch(() => {})}>
      {text}
    </button>
  )
}

function Ready() {
  rendered('Ready')
  return <p id="ready">{useReadySession().id ? 'there' : 'not there'}</p>
}

function Lists() {
  const { agents, isLoading } = useAgents()
  const { sessions, refresh } = useSessions()
  return (
    <button type="button" id="lists" onClick={() => void refresh()}>
      {isLoading ? 'loading' : `${agents.map(({ name }) => name).join()} ${sessions.length}`}
    </button>
  )
}

class Boundary extends Component<{ children: ReactNode }, { error?: Error & { code?: string } }> {
  override state: { error?: Error & { code?: string } } = {}
  static getDerivedStateFromError = (error: Error) => ({ error })
  override render() {
    return this.state.error ? <p id="failed">{this.state.error.code}</p> : this.props.children
  }
}

/** Each reads one thing, and says under that name how often it was rendered. */
const READERS: Record<string, () => unknown> = {
  status: () => useView((view) => view.status),
  agent: () => useView((view) => view.agent),
  turns: () => useView((view) => view.turns.length),
  usage: () => useView(({ usage }) => usage.inputTokens),
  named: () =>
    useView(({ turns }) => turns.map(({ turn }) => turn), { isEqual: (a, b) => a.join() === b.join() }).length,
  requests: () => useRequests().length,
  connection: () => useConnection().kind,
}

const Reader = memo(function Reader({ name }: { name: string }) {
  rendered(name)
  return <li>{String(READERS[name]?.())}</li>
})

function Fifty() {
  rendered('Fifty')
  return (
    <>
      <Text />
      <ul>
        {Object.keys(READERS).flatMap((name) =>
          [1, 2, 3, 4, 5, 6, 7].map((at) => <Reader key={name + at} name={name} />),
        )}
      </ul>
    </>
  )
}

/** A second component that means the same session, and comes and goes. */
function Comings({ session }: { session: SessionTarget }) {
  const [isThere, setThere] = useState(true)
  return (
    <>
      <button type="button" id="toggle" onClick={() => setThere(!isThere)}>
        toggle
      </button>
      {isThere && (
        <LongwireProvider session={session}>
          <Status />
        </LongwireProvider>
      )}
    </>
  )
}

/** A session that is first meant long after what shows the line was mounted. */
function Later({ session }: { session: SessionTarget }) {
  const [isThere, setThere] = useState(false)
  if (isThere) return <Comings session={session} />
  return (
    <button type="button" id="begin" onClick={() => setThere(true)}>
      begin
    </button>
  )
}

const SPEAKER = { agent: 'speaker' }
const known = new URL(location.href).searchParams.get('session') ?? ''

const SCENES: Record<string, () => ReactNode> = {
  chat: () => (
    <LongwireProvider session={SPEAKER}>
      <Text />
      <Status />
      <State />
      <Turn />
      <Trace />
      <Requests />
      <Ask text="hello" />
      <Connection />
      <Outbox />
    </LongwireProvider>
  ),
  approval: () => (
    <LongwireProvider session={SPEAKER}>
      <Requests />
      <Text />
      <Ask text="ask me" />
    </LongwireProvider>
  ),
  suspended: () => (
    <LongwireProvider session={{ ...SPEAKER, key: 'suspended' }}>
      <Suspense fallback={<p id="waiting">waiting</p>}>
        <Ready />
      </Suspense>
    </LongwireProvider>
  ),
  within: () => (
    <Suspense fallback={<p id="waiting">waiting</p>}>
      <LongwireProvider session={{ ...SPEAKER, key: 'within' }}>
        <Ready />
      </LongwireProvider>
    </Suspense>
  ),
  known: () => (
    <LongwireProvider session={known}>
      <Text />
      <State />
    </LongwireProvider>
  ),
  missing: () => (
    <Boundary>
      <Suspense fallback={<p>waiting</p>}>
        <LongwireProvider session="nobody-has-this">
          <Ready />
        </LongwireProvider>
      </Suspense>
    </Boundary>
  ),
  lost: () => (
    <LongwireProvider session="nobody-has-this">
      <State />
    </LongwireProvider>
  ),
  shared: () => (
    <>
      <Comings session={known} />
      <LongwireProvider session={known}>
        <Text />
      </LongwireProvider>
    </>
  ),
  alone: () => <Comings session={known} />,
  later: () => (
    <>
      <Connection />
      <Later session={known} />
    </>
  ),
  fifty: () => (
    <LongwireProvider session={known}>
      <Fifty />
    </LongwireProvider>
  ),
  lists: () => <Lists />,
}

let root: Root | undefined

const page: ReactingPage = {
  client,
  renders,
  show(name) {
    root = createRoot(document.getElementById('root')!)
    const Scene = SCENES[name]!
    root.render(
      <StrictMode>
        <LongwireProvider client={client}>
          <Scene />
        </LongwireProvider>
      </StrictMode>,
    )
  },
  pictures: (until) =>
    new Promise((resolve) => {
      let drawn = 0
      const draw = () => {
        drawn += 1
        if (document.body.textContent.includes(until)) resolve(drawn)
        else requestAnimationFrame(draw)
      }
      requestAnimationFrame(draw)
    }),
  clear() {
    root?.unmount()
  },
}
Object.assign(globalThis, page, { isReady: true })

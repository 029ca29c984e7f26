import { connect } from '@longwire/client'
import { LongwireProvider, useConnection, useRequests, useSession, useTrace, useView } from '@longwire/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

const client = connect(location.origin)

// The session belongs to the tab: after a reload it is the same one.
const id = sessionStorage.getItem('session') ?? crypto.randomUUID()
sessionStorage.setItem('session', id)

function Chat() {
  return (
    <LongwireProvider client={client} session={{ agent: 'guide', session: id }}>
      <Messages />
      <Progress />
      <Requests />
      <Ask />
      <Line />
    </LongwireProvider>
  )
}

function Messages() {
  const turns = useView((view) => view.turns)
  return turns.flatMap(({ messages }) =>
    messages.map(({ id, role, draft, parts }) => (
      <p key={role + id} style={{ opacity: draft ? 0.6 : 1 }}>
        <b>{role}</b> {parts.map((part) => (part.type === 'text' ? part.text : ''))}
      </p>
    )),
  )
}

function Progress() {
  return useTrace().map(({ span, label, outcome }) => (
    <small key={span}>
      {label} {outcome ? '✓' : '…'}
    </small>
  ))
}

function Requests() {
  const session = useSession()
  return useRequests().map(({ request, message }) => (
    <p key={request}>
      {message}{' '}
      <button type="button" onClick={() => session.answer(request, { approved: true })}>
        Yes
      </button>{' '}
      <button type="button" onClick={() => session.answer(request, { approved: false })}>
        No
      </button>
    </p>
  ))
}

function Ask() {
  const session = useSession()
  const isBusy = useView(({ status }) => status === 'running')
  return (
    <form action={(form: FormData) => void session.send(String(form.get('text')))}>
      <input name="text" />
      <button type="submit">Ask</button>
      <button type="button" disabled={!isBusy} onClick={() => session.cancel()}>
        Stop
      </button>
    </form>
  )
}

function Line() {
  const line = useConnection()
  return <output>{line.kind === 'waiting' ? 'The line is down. It comes back by itself.' : line.kind}</output>
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Chat />
  </StrictMode>,
)

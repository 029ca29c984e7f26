import { useChat } from '@ai-sdk/react'
import { type LongwireMessage, LongwireTransport } from '@longwire/ai-sdk'
import { connect } from '@longwire/client'
import { lastAssistantMessageIsCompleteWithApprovalResponses } from 'ai'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'

const transport = new LongwireTransport({ client: connect(location.origin), agent: 'guide' })

// The chat is the session. After a reload it is the same one, in the middle of the sentence if need be.
const id = sessionStorage.getItem('chat') ?? crypto.randomUUID()
sessionStorage.setItem('chat', id)
const messages = await transport.messages(id)

function Chat() {
  const [text, setText] = useState('')
  const chat = useChat({
    id,
    messages,
    transport,
    resume: true,
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  })
  return (
    <>
      {chat.messages.map((message) => (
        <p key={message.id}>
          <b>{message.role}</b>{' '}
          {message.parts.map((part, index) => (
            <Part key={String(index)} part={part} answer={chat.addToolApprovalResponse} />
          ))}
        </p>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          setText('')
          chat.sendMessage({ text })
        }}
      >
        <input name="text" value={text} onChange={({ target }) => setText(target.value)} />
        <button type="submit">Ask</button>
        <button type="button" disabled={chat.status === 'ready'} onClick={() => chat.stop()}>
          Stop
        </button>
      </form>
      <output>{chat.error?.message ?? chat.status}</output>
    </>
  )
}

interface PartProps {
  part: LongwireMessage['parts'][number]
  answer: (response: { id: string; approved: boolean }) => void
}

function Part({ part, answer }: PartProps) {
  switch (part.type) {
    case 'text':
      return part.text
    case 'data-trace':
      return (
        <small>
          {part.data.label} {part.data.outcome ? '✓' : '…'}{' '}
        </small>
      )
    case 'dynamic-tool': {
      if (part.state !== 'approval-requested') return null
      const { id } = part.approval
      return (
        <span>
          {(part.input as { message: string }).message}{' '}
          <button type="button" onClick={() => answer({ id, approved: true })}>
            Yes
          </button>{' '}
          <button type="button" onClick={() => answer({ id, approved: false })}>
            No
          </button>
        </span>
      )
    }
    default:
      return null
  }
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Chat />
  </StrictMode>,
)

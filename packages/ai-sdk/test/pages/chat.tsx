// A chat as the AI SDK's own documentation writes it, over a session, under StrictMode.
import { useChat } from '@ai-sdk/react'
import { type LongwireMessage, LongwireTransport } from '@longwire/ai-sdk'
import { connect } from '@longwire/client'
import {
  getToolName,
  isToolUIPart,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  lastAssistantMessageIsCompleteWithToolCalls,
} from 'ai'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { ChatPage } from '../chat-page.ts'

const query = new URL(location.href).searchParams
const id = query.get('chat')!
const client = connect(location.origin)
const transport = new LongwireTransport({ client, agent: query.get('agent')!, trace: 'milestone' })
const messages = await transport.messages(id)
const calls: string[] = []
const statuses: string[] = []

function App() {
  const chat = useChat<LongwireMessage>({
    id,
    messages,
    transport,
    resume: true,
    sendAutomaticallyWhen: (options) =>
      lastAssistantMessageIsCompleteWithApprovalResponses(options) ||
      lastAssistantMessageIsCompleteWithToolCalls(options),
    onToolCall: ({ toolCall }) => void calls.push(toolCall.toolName),
  })
  if (statuses.at(-1) !== chat.status) statuses.push(chat.status)
  const page: ChatPage = {
    chat,
    calls,
    statuses,
    send: (text) => void chat.sendMessage({ text }),
    again: () => void chat.regenerate(),
    stop: () => chat.stop(),
    approve(approved, reason) {
      const asked = lastCall(chat.messages).approval as { id: string }
      void chat.addToolApprovalResponse({ id: asked.id, approved, ...(reason === undefined ? {} : { reason }) })
    },
    give(output) {
      const { toolCallId, ...call } = lastCall(chat.messages)
      void chat.addToolOutput({ tool: getToolName(call as never) as never, toolCallId, output: output as never })
    },
  }
  Object.assign(globalThis, page, { isReady: true })
  return chat.messages.map((message) => (
    <p key={message.id}>
      {message.role}: {message.parts.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('')}
    </p>
  ))
}

function lastCall(messages: readonly LongwireMessage[]) {
  return messages.flatMap(({ parts }) => parts.filter(isToolUIPart)).at(-1)!
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)

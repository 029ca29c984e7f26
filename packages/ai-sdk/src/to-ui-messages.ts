import type { InputView, MessageView, SessionView, TurnView } from '@longwire/view'
import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai'
import type { LongwireMessage } from './longwire-message.ts'
import { Telling } from './telling/telling.ts'

export interface ToMessagesOptions {
  /** Whether the spans of the agent's work are among the parts; true unless given. */
  readonly trace?: boolean
}

/**
 * The messages of a session as `useChat` shows them: what a person sent, and one message for each turn. They are read from
 * the same chunks that a stream of the turn has, so a page that was reloaded shows what one that stayed does.
 */
export async function toUIMessages(
  view: SessionView,
  { trace = true }: ToMessagesOptions = {},
): Promise<LongwireMessage[]> {
  const messages: LongwireMessage[] = []
  for (const turn of view.turns) {
    messages.push(...promptsOf(turn).map(asUser))
    const told = await read(new Telling({ trace }).tell(turn, view.tools), turn)
    if (told && told.parts.length > 0) messages.push(told)
  }
  return [...messages, ...view.waiting.map(asWaiting)]
}

/** What a person sent that began the turn. */
function promptsOf({ messages }: TurnView): readonly MessageView[] {
  return messages.filter(({ delivery }) => delivery !== undefined)
}

function asUser({ id, parts }: Pick<MessageView, 'id' | 'parts'>): LongwireMessage {
  return { id, role: 'user', parts: parts.flatMap(asPart) as LongwireMessage['parts'] }
}

function asWaiting({ input, text, parts = [] }: InputView): LongwireMessage {
  return asUser({
    id: input,
    parts: text === undefined ? (parts as MessageView['parts']) : [{ type: 'text', id: '0', text }],
  })
}

function asPart(part: MessageView['parts'][number]): UIMessage['parts'] {
  switch (part.type) {
    case 'text':
      return [{ type: 'text', text: part.text }]
    case 'file': {
      const url = part.url ?? `data:${part.mediaType};base64,${part.data ?? ''}`
      return [
        { type: 'file', mediaType: part.mediaType, url, ...(part.name === undefined ? {} : { filename: part.name }) },
      ]
    }
    case 'data':
      return [{ type: `data-${part.name}`, data: part.data }]
    default:
      return []
  }
}

async function read(chunks: readonly UIMessageChunk[], { turn }: TurnView): Promise<LongwireMessage | undefined> {
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  let last: UIMessage | undefined
  for await (const message of readUIMessageStream({ stream })) last = message
  return last && ({ ...last, id: turn } as LongwireMessage)
}

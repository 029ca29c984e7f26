import type { LanguageModelV4Prompt, LanguageModelV4ToolResultOutput } from '@ai-sdk/provider'

// The prompt, read the way a person reads a thread: what was asked and answered before, what is asked now, and which
// tools were called for it already.

/** A tool call of this turn, and what came back. */
export interface MadeCall {
  readonly tool: string
  readonly input: unknown
  readonly outcome:
    | { readonly kind: 'ok'; readonly output: unknown }
    | { readonly kind: 'failed' | 'denied'; readonly says: string }
}

export interface Exchange {
  /** What the person said: one text for each message. */
  readonly asked: readonly string[]
  readonly answer: string
}

export interface Conversation {
  readonly system: string
  readonly before: readonly Exchange[]
  /** What the person said since the last answer. */
  readonly asked: readonly string[]
  /** How many of these, the last ones, came while the model was at work already. */
  readonly steers: number
  readonly made: readonly MadeCall[]
  /** How many tool calls and user messages the prompt holds: the next call is named by them. */
  readonly calls: number
  readonly turns: number
}

interface OpenExchange {
  asked: string[]
  answer: string
  isInterrupted: boolean
  steers: number
}

/** What the result of a call says whose turn was over before it was: what follows is a new question. */
const TURN_ENDED = ['stopped by a person', 'the turn ended before the tool did', 'the tool never finished']

export function readPrompt(prompt: LanguageModelV4Prompt): Conversation {
  const system: string[] = []
  const exchanges: OpenExchange[] = []
  const inputs = new Map<string, unknown>()
  let made: MadeCall[] = []
  let turns = 0
  for (const message of prompt) {
    if (message.role === 'system') system.push(message.content)
    if (message.role === 'user') {
      turns++
      const last = exchanges.at(-1)
      const text = message.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
      if (last && !last.answer && !last.isInterrupted) {
        last.asked.push(text)
        if (made.length > 0) last.steers++
      } else {
        exchanges.push({ asked: [text], answer: '', isInterrupted: false, steers: 0 })
        made = []
      }
    }
    if (message.role === 'assistant') {
      const last = exchanges.at(-1)
      let isCalling = false
      for (const part of message.content) {
        if (part.type === 'text' && last) last.answer += part.text
        if (part.type === 'tool-call') inputs.set(part.toolCallId, part.input)
        isCalling ||= part.type === 'tool-call'
      }
      // Text with no call ends an exchange; so does a thought that a person cut off before any text came.
      if (!isCalling) made = []
      if (last && !isCalling) last.isInterrupted = true
    }
    if (message.role === 'tool') {
      for (const part of message.content) {
        if (part.type !== 'tool-result') continue
        const outcome = outcomeOf(part.output)
        const last = exchanges.at(-1)
        if (last && outcome.kind === 'failed' && TURN_ENDED.includes(outcome.says)) last.isInterrupted = true
        made.push({ tool: part.toolName, input: inputs.get(part.toolCallId), outcome })
      }
    }
  }
  const open = exchanges.at(-1)
  const isOpen = open !== undefined && !open.answer && !open.isInterrupted
  return {
    system: system.join('\n'),
    before: (isOpen ? exchanges.slice(0, -1) : exchanges).map(({ asked, answer }) => ({ asked, answer })),
    asked: isOpen ? open.asked : [],
    steers: isOpen ? open.steers : 0,
    made,
    calls: inputs.size,
    turns,
  }
}

function outcomeOf(output: LanguageModelV4ToolResultOutput): MadeCall['outcome'] {
  switch (output.type) {
    case 'json':
      return { kind: 'ok', output: output.value }
    case 'text':
      return { kind: 'ok', output: parsed(output.value) }
    case 'content':
      return {
        kind: 'ok',
        output: parsed(output.value.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')),
      }
    case 'error-text':
      return { kind: 'failed', says: output.value }
    case 'error-json':
      return { kind: 'failed', says: JSON.stringify(output.value) }
    case 'execution-denied':
      return { kind: 'denied', says: output.reason ?? '' }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

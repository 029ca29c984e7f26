import type { LanguageModelV4Prompt, LanguageModelV4ToolResultOutput } from '@ai-sdk/provider'

// The prompt, read the way a person reads a thread: what is asked now, and what was done for it already.

export interface MadeCall {
  readonly tool: string
  readonly input: unknown
  readonly outcome:
    | { readonly kind: 'ok'; readonly output: unknown }
    | { readonly kind: 'failed'; readonly says: string }
}

export interface Conversation {
  /** What the person said since the last answer: the ask, and what came while it was worked on. */
  readonly asked: readonly string[]
  readonly made: readonly MadeCall[]
  /** How many tool calls and user messages the prompt holds: the next call is named by them. */
  readonly calls: number
  readonly turns: number
}

/** What the result of a call says whose turn was over before it was: what follows is a new ask. */
const TURN_ENDED = ['stopped by a person', 'the turn ended before the tool did', 'the tool never finished']

export function readPrompt(prompt: LanguageModelV4Prompt): Conversation {
  const inputs = new Map<string, unknown>()
  let asked: string[] = []
  let made: MadeCall[] = []
  let turns = 0
  let isAnswered = false
  for (const message of prompt) {
    if (message.role === 'user') {
      turns++
      if (isAnswered) {
        asked = []
        made = []
        isAnswered = false
      }
      // Of asks that nothing was done for, the last counts.
      if (made.length === 0) asked = []
      asked.push(message.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n'))
    }
    if (message.role === 'assistant') {
      const calls = message.content.filter((part) => part.type === 'tool-call')
      for (const { toolCallId, input } of calls) inputs.set(toolCallId, input)
      if (calls.length === 0) isAnswered = true
    }
    if (message.role === 'tool') {
      for (const part of message.content) {
        if (part.type !== 'tool-result') continue
        const outcome = outcomeOf(part.output)
        if (outcome.kind === 'failed' && TURN_ENDED.includes(outcome.says)) isAnswered = true
        made.push({ tool: part.toolName, input: inputs.get(part.toolCallId), outcome })
      }
    }
  }
  return { asked: isAnswered ? [] : asked, made, calls: inputs.size, turns }
}

function outcomeOf(output: LanguageModelV4ToolResultOutput): MadeCall['outcome'] {
  switch (output.type) {
    case 'json':
      return { kind: 'ok', output: output.value }
    case 'text':
      return { kind: 'ok', output: output.value }
    case 'content':
      return { kind: 'failed', says: 'it answered in a form that cannot be read' }
    case 'error-text':
      return { kind: 'failed', says: output.value }
    case 'error-json':
      return { kind: 'failed', says: JSON.stringify(output.value) }
    case 'execution-denied':
      return { kind: 'failed', says: output.reason ?? 'it was not allowed' }
  }
}

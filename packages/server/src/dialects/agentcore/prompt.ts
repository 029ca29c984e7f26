import { KNOWN } from '../bedrock/asked-of-us.ts'

const PROMPTS = ['prompt', 'input', 'message', 'query', 'text'] as const

/**
 * What a payload asks, in the fields of the frames that say `inputText`. By convention it is `{ "prompt" }`; a text is a
 * prompt, and so is what else an object or a list holds, as JSON. Undefined where it holds nothing.
 */
export function readPrompt(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value === 'string') return value === '' ? undefined : { inputText: value }
  if (value === null || typeof value !== 'object') return undefined
  if (KNOWN.some((name) => Object.hasOwn(value, name))) return value as Readonly<Record<string, unknown>>
  const fields = value as Readonly<Record<string, unknown>>
  const prompt = PROMPTS.map((name) => fields[name]).find((each) => typeof each === 'string' && each !== '')
  if (prompt !== undefined) return { inputText: prompt }
  return Object.keys(fields).length === 0 ? undefined : { inputText: JSON.stringify(value) }
}

/** A frame of whoever says `prompt`, or plain text, as one that says `inputText`. */
export function asInputText(frame: string): string {
  let value: unknown
  try {
    value = JSON.parse(frame)
  } catch {
    value = frame
  }
  const prompt = readPrompt(value)
  return prompt === undefined ? frame : JSON.stringify(prompt)
}

import { COMMANDS } from '@longwire/protocol/schemas'
import { Refusal } from '../../refusal.ts'
import type { Reply, Speech, Told } from '../dialect.ts'
import { readPrompt } from './prompt.ts'

/** What a peer may speak at a door that prescribes nothing. */
export interface Languages {
  /** Longwire's own protocol. */
  readonly native: Speech
  readonly runs: () => Speech
  readonly frames: () => Speech
}

/**
 * Speaks whatever the peer speaks first: Longwire's protocol, runs of AG-UI, or frames that say `inputText`, `prompt` or plain
 * text. Until then the peer is told nothing, so that it is not greeted in a language it does not know.
 */
export class FirstFrameSpeech implements Speech {
  readonly #languages: Languages
  #speech: Speech | undefined
  #unsaid: { readonly told: Told; readonly text: string }[] = []

  constructor(languages: Languages, isNative: boolean) {
    this.#languages = languages
    this.#speech = isNative ? languages.native : undefined
  }

  /** The native protocol alone can say where a long commit is to be had. */
  get stubBytes(): number | undefined {
    return this.#speech === undefined ? this.#languages.native.stubBytes : this.#speech.stubBytes
  }

  begin(): Reply {
    return this.#speech?.begin() ?? {}
  }

  heard(frame: string): Reply {
    if (this.#speech) return this.#speech.heard(frame)
    const speech = this.#chosenFor(frame)
    this.#speech = speech
    const unsaid = this.#unsaid
    this.#unsaid = []
    return joined([speech.begin(), ...unsaid.map(({ told, text }) => speech.told(told, text)), speech.heard(frame)])
  }

  told(told: Told, text: string): Reply {
    if (this.#speech) return this.#speech.told(told, text)
    if (told.type !== 'error') {
      // Before there is a session only a few frames come, of which the welcome matters.
      if (told.type === 'welcome') this.#unsaid.push({ told, text })
      return {}
    }
    const { code, message } = told as { readonly code: string; readonly message: string }
    return { tell: [JSON.stringify({ error: { code, message } })] }
  }

  #chosenFor(frame: string): Speech {
    const value = jsonOf(frame)
    if (isRecord(value)) {
      if (typeof value.type === 'string' && Object.hasOwn(COMMANDS, value.type)) return this.#languages.native
      if ('threadId' in value && 'runId' in value) return this.#languages.runs()
    }
    if (readPrompt(value ?? frame) === undefined) {
      throw new Refusal('bad_field', 'the first frame is none of Longwire, of AG-UI, or with inputText or prompt')
    }
    return this.#languages.frames()
  }
}

function joined(replies: readonly Reply[]): Reply {
  const end = replies.find((reply) => reply.end)?.end
  return {
    tell: replies.flatMap(({ tell = [] }) => tell),
    ask: replies.flatMap(({ ask = [] }) => ask),
    pass: replies.flatMap(({ pass = [] }) => pass),
    ...(end ? { end } : {}),
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

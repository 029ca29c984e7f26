import type { Json } from '@longwire/protocol'
import type { Style } from '../../terminal/terminal.ts'
import { type Asked, type Asking, REFUSALS, refusal } from './asking.ts'
import { readJson } from './field.ts'

/** Asks for a result that only the person knows: JSON, or what is no JSON as a text. */
export class ResultAsking implements Asking {
  readonly preset = ''
  readonly hint = `Enter gives it: JSON, or plain text · ${REFUSALS}`
  readonly #question: string
  readonly #given: (result: Json) => Asked

  constructor(question: string, given: (result: Json) => Asked) {
    this.#question = question
    this.#given = given
  }

  lines(_columns: number, style: Style): readonly string[] {
    return [`    ${style.cyan('▸')} ${this.#question}`]
  }

  entered(text: string): Asked {
    const refused = refusal(text)
    if (refused) return refused
    if (text.trim() === '') return { asking: this }
    const read = readJson(text)
    return this.#given('value' in read ? (read.value ?? null) : text)
  }

  pressed(): undefined {}
}

import type { Json } from '@longwire/protocol'
import type { RequestView } from '@longwire/view'
import type { Style } from '../../terminal/terminal.ts'
import { type Asked, type Asking, faultLines, REFUSALS, refusal } from './asking.ts'
import { optionNamed } from './field.ts'
import { marks, moved, optionLines } from './option-list.ts'
import { ResultAsking } from './result-asking.ts'

type Options = NonNullable<RequestView['options']>

/** Which of these? Nothing is chosen before the person points at something. */
export class ChoiceAsking implements Asking {
  readonly preset = ''
  readonly hint = `↑↓ or a number, then Enter · ${REFUSALS}`
  readonly #options: Options
  readonly #pointed: number | undefined
  readonly #fault: string | undefined

  constructor(options: Options, pointed?: number, fault?: string) {
    this.#options = options
    this.#pointed = pointed
    this.#fault = fault
  }

  lines(columns: number, style: Style): readonly string[] {
    return [
      ...optionLines(this.#options, this.#pointed, marks(undefined), columns, style),
      ...faultLines(this.#fault, style),
    ]
  }

  entered(text: string): Asked {
    const refused = refusal(text)
    if (refused) return refused
    const isTyped = text.trim() !== ''
    const option = isTyped ? optionNamed(this.#options, text.trim()) : this.#options[this.#pointed ?? -1]
    if (option) return this.#chosen(option.value)
    const fault = isTyped ? `there is no «${text.trim()}» to choose` : 'choose one first'
    return { asking: new ChoiceAsking(this.#options, this.#pointed, fault) }
  }

  pressed(key: string): Asking | undefined {
    if (key !== 'up' && key !== 'down') return undefined
    return new ChoiceAsking(this.#options, moved(this.#pointed, key, this.#options.length))
  }

  // What to do about a call that was cut off: its result may be known, and is asked for then.
  #chosen(value: string): Asked {
    if (!asksForResult(this.#options) || value !== 'result') return { answer: { action: 'accept', content: value } }
    const given = (result: Json): Asked => ({ answer: { action: 'accept', content: { choice: value, result } } })
    return { asking: new ResultAsking('What was its result?', given) }
  }
}

function asksForResult(options: Options): boolean {
  const values = options.map(({ value }) => value)
  return ['again', 'skip', 'result'].every((value) => values.includes(value))
}

import { isDeepStrictEqual } from 'node:util'
import type { Json } from '@longwire/protocol'
import type { Style } from '../../terminal/terminal.ts'
import { type Asked, type Asking, faultLines } from './asking.ts'
import { fieldsOf, isObject, readJson } from './field.ts'
import { FormAsking } from './form-asking.ts'

export interface ToApprove {
  readonly input: Json | undefined
  /** JSON Schema of the input, where it is known. */
  readonly schema: Json | undefined
}

/*   asking ──n──► why ──Enter──► denied
 *     │ └──e──► fields ──Enter──► approved as edited
 *     └──j──► JSON ──Enter──► approved as edited            asking ──y──► approved   */
type Phase = 'asking' | 'why' | 'json'

/** May I? Only a whole word and Enter is an answer: a key that was meant for something else approves nothing. */
export class ApprovalAsking implements Asking {
  readonly #what: ToApprove
  readonly #phase: Phase
  readonly #fault: string | undefined

  constructor(what: ToApprove, phase: Phase = 'asking', fault?: string) {
    this.#what = what
    this.#phase = phase
    this.#fault = fault
  }

  get preset(): string {
    return this.#phase === 'json' ? JSON.stringify(this.#what.input) : ''
  }

  get hint(): string {
    if (this.#phase === 'why') return 'Why not? Enter denies it, with this reason or without · ↑ goes back'
    if (this.#phase === 'json') return 'Enter approves it with this input · Esc later'
    const edit = this.#what.input === undefined ? '' : ' · e edits the input · j edits it as JSON'
    return `y approves · n denies${edit} · then Enter · Esc later`
  }

  lines(_columns: number, style: Style): readonly string[] {
    return faultLines(this.#fault, style)
  }

  entered(text: string): Asked {
    if (this.#phase === 'why') return denied(text)
    return this.#phase === 'json' ? this.#edited(text) : this.#answered(text.trim())
  }

  pressed(key: string): Asking | undefined {
    return this.#phase !== 'asking' && key === 'up' ? new ApprovalAsking(this.#what) : undefined
  }

  #answered(text: string): Asked {
    if (/^(y|yes)$/i.test(text)) return { answer: { approved: true } }
    if (/^(n|no)$/i.test(text)) return { asking: new ApprovalAsking(this.#what, 'why') }
    const [, reason] = /^no?[\s,:]+(.+)$/is.exec(text) ?? []
    if (reason !== undefined) return denied(reason)
    const { input } = this.#what
    if (text === 'j' && input !== undefined) return { asking: new ApprovalAsking(this.#what, 'json') }
    if (text === 'e' && input !== undefined) return { asking: this.#editing(input) }
    return { asking: new ApprovalAsking(this.#what, 'asking', text === '' ? undefined : `«${text}» is no answer`) }
  }

  #editing(input: Json): Asking {
    if (!isObject(input)) return new ApprovalAsking(this.#what, 'json')
    return FormAsking.begin(fieldsOf(this.#what.schema, input), {
      filled: (content) => this.#approved(content),
      last: 'Enter approves it as it stands here',
      refused: (text) => (text.trim() === '/back' ? { asking: new ApprovalAsking(this.#what) } : undefined),
      refusals: '/back · Esc later',
    })
  }

  #edited(text: string): Asked {
    const read = readJson(text)
    if ('fault' in read) return { asking: new ApprovalAsking(this.#what, 'json', read.fault) }
    return this.#approved(read.value ?? null)
  }

  #approved(input: Json): Asked {
    const isSame = isDeepStrictEqual(input, this.#what.input)
    return { answer: { approved: true, ...(isSame ? {} : { editedInput: input }) } }
  }
}

function denied(reason: string): Asked {
  const why = reason.trim()
  return { answer: { approved: false, ...(why === '' ? {} : { reason: why }) } }
}

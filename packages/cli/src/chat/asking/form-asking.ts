import type { Json } from '@longwire/protocol'
import { clipped } from '../../terminal/prose.ts'
import type { Style } from '../../terminal/terminal.ts'
import { type Asked, type Asking, faultLines } from './asking.ts'
import { checkedMany, type Field, plain, readField, wanted } from './field.ts'
import { marks, moved, optionLines } from './option-list.ts'

export interface FormState {
  readonly fields: readonly Field[]
  /** By place in `fields`; undefined where it is left out. */
  readonly values: readonly (Json | undefined)[]
  /** The field that is filled in now; past the last one: all is looked over once more. */
  readonly at: number
  /** The option that the arrow keys point at. */
  readonly pointed?: number | undefined
  readonly ticked?: readonly number[] | undefined
  readonly fault?: string | undefined
}

/** How a form ends. */
export interface FormEnd {
  /** What it gives once it is filled in. */
  filled(content: Json): Asked
  /** What Enter does at the end. */
  readonly last: string
  /** What it gives where the person types this instead of filling it in. */
  refused(text: string): Asked | undefined
  /** What may be typed so. */
  readonly refusals: string
}

/** Asks for one field after the other, and shows all of them before they are sent. */
export class FormAsking implements Asking {
  readonly #state: FormState
  readonly #end: FormEnd

  constructor(state: FormState, end: FormEnd) {
    this.#state = state
    this.#end = end
  }

  static begin(fields: readonly Field[], end: FormEnd): FormAsking {
    return new FormAsking(
      entering(
        fields,
        fields.map(({ preset }) => preset),
        0,
      ),
      end,
    )
  }

  get preset(): string {
    const { fields, values, at } = this.#state
    const field = fields[at]
    const isTyped = field && ['text', 'number', 'date', 'json'].includes(field.kind)
    const value = values[at]
    if (!isTyped || value === undefined) return ''
    return field.kind === 'json' ? JSON.stringify(value) : plain(value)
  }

  get hint(): string {
    const { fields, at } = this.#state
    const { refusals } = this.#end
    const field = fields[at]
    const back = at > 0 ? ' · ↑ goes back' : ''
    if (!field) return `${this.#end.last}${back} · ${refusals}`
    if (field.kind === 'one') return `↑↓ or a number, then Enter · ${refusals}`
    if (field.kind === 'many') return `↑↓ and Space, or numbers, then Enter · ${refusals}`
    return `Enter takes it${back} · ${refusals}`
  }

  lines(columns: number, style: Style): readonly string[] {
    const { fields, values, at, fault } = this.#state
    const width = Math.min(24, Math.max(...fields.map(({ label }) => label.length)))
    const rows = fields.flatMap((field, index) => {
      const label = clipped(field.label, width).padEnd(width)
      if (index !== at)
        return [
          `    ${this.#mark(index, style)} ${label}  ${clipped(shown(field, values[index]), columns - width - 10)}`,
        ]
      const about = [field.description, wanted(field)].filter(Boolean).join(' · ')
      const now = `    ${style.cyan('▸')} ${style.bold(label)}  ${style.dim(clipped(about, columns - width - 10))}`
      return [now, ...this.#options(field, columns, style)]
    })
    return [...rows, ...faultLines(fault, style)]
  }

  entered(text: string): Asked {
    const refused = this.#end.refused(text)
    if (refused) return refused
    const { fields, at } = this.#state
    const field = fields[at]
    if (!field) return this.#end.filled(contentOf(this.#state))
    const read = this.#read(field, text)
    if ('fault' in read) return { asking: this.#with({ ...this.#state, fault: read.fault }) }
    const values = this.#state.values.with(at, read.value)
    const next = entering(fields, values, at + 1)
    if (fields.length === 1) return this.#end.filled(contentOf(next))
    return { asking: this.#with(next) }
  }

  pressed(key: string): Asking | undefined {
    const { fields, values, at, pointed, ticked = [] } = this.#state
    const { options = [] } = fields[at] ?? {}
    if (options.length > 0 && (key === 'up' || key === 'down') && !(key === 'up' && pointed === 0 && at > 0)) {
      return this.#with({ ...this.#state, pointed: moved(pointed, key, options.length), fault: undefined })
    }
    if (fields[at]?.kind === 'many' && key === 'space' && pointed !== undefined) {
      const now = ticked.includes(pointed) ? ticked.filter((each) => each !== pointed) : [...ticked, pointed]
      return this.#with({ ...this.#state, ticked: now, fault: undefined })
    }
    return key === 'up' && at > 0 ? this.#with(entering(fields, values, at - 1)) : undefined
  }

  #read(field: Field, text: string): ReturnType<typeof readField> {
    const { pointed, ticked = [], values, at } = this.#state
    if (text.trim() !== '') return readField(field, text)
    if (field.kind === 'many' && (ticked.length > 0 || field.isRequired)) {
      return checkedMany(
        field.schema,
        field.options.filter((_, index) => ticked.includes(index)).map(({ value }) => value),
      )
    }
    if (field.kind === 'one' && pointed !== undefined) return { value: field.options[pointed]!.value }
    if (field.kind === 'boolean' && values[at] !== undefined) return { value: values[at] }
    return readField(field, text)
  }

  #mark(index: number, style: Style): string {
    return this.#state.values[index] !== undefined && index < this.#state.at ? style.green('✓') : style.dim('·')
  }

  #options(field: Field, columns: number, style: Style): readonly string[] {
    const { pointed, ticked = [], values, at } = this.#state
    if (field.kind === 'boolean' && values[at] !== undefined) {
      return [`        ${style.dim(`Enter keeps ${values[at] ? 'yes' : 'no'}`)}`]
    }
    return optionLines(field.options, pointed, marks(field.kind === 'many' ? ticked : undefined), columns, style)
  }

  #with(state: FormState): FormAsking {
    return new FormAsking(state, this.#end)
  }
}

/** The form as this field is come to: what was chosen before is pointed at. */
function entering(fields: readonly Field[], values: FormState['values'], at: number): FormState {
  const { kind, options = [] } = fields[at] ?? {}
  const value = values[at]
  const isChosen = (option: { readonly value: Json }) => JSON.stringify(option.value) === JSON.stringify(value)
  if (kind === 'one') {
    const pointed = options.findIndex(isChosen)
    return { fields, values, at, pointed: pointed < 0 ? undefined : pointed }
  }
  if (kind !== 'many' || !Array.isArray(value)) return { fields, values, at }
  const ticked = options.flatMap((option, index) =>
    value.some((each) => JSON.stringify(each) === JSON.stringify(option.value)) ? [index] : [],
  )
  return { fields, values, at, ticked }
}

function contentOf({ fields, values }: FormState): Json {
  const [first] = fields
  if (first && first.name === undefined) return values[0] ?? null
  const given = fields.flatMap(({ name }, index) =>
    values[index] === undefined ? [] : [[name!, values[index]] as const],
  )
  return Object.fromEntries(given)
}

function shown({ kind, options }: Field, value: Json | undefined): string {
  if (value === undefined) return ''
  if (kind === 'boolean') return value ? 'yes' : 'no'
  const label = (one: Json) =>
    options.find((option) => JSON.stringify(option.value) === JSON.stringify(one))?.label ?? plain(one)
  return kind === 'many' && Array.isArray(value) ? value.map(label).join(', ') : label(value)
}

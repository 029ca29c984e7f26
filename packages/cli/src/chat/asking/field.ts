import type { Json } from '@longwire/protocol'

type Schema = { readonly [keyword: string]: Json | undefined }

/** One thing that a form wants, as its JSON Schema says. */
export interface Field {
  /** Undefined: the content of the form is this value itself. */
  readonly name: string | undefined
  readonly label: string
  readonly description: string | undefined
  readonly isRequired: boolean
  readonly kind: 'text' | 'number' | 'boolean' | 'date' | 'one' | 'many' | 'json'
  readonly options: readonly FieldOption[]
  /** What it is unless the person says otherwise. */
  readonly preset: Json | undefined
  readonly schema: Schema
}

export interface FieldOption {
  readonly value: Json
  readonly label: string
}

/** The fields of a form, in the order of its schema. A schema of no object is one field. */
export function fieldsOf(schema: Json | undefined, given?: Json): readonly Field[] {
  const whole = isObject(schema) ? schema : {}
  const from = isObject(given) ? given : undefined
  const properties = isObject(whole.properties) ? whole.properties : undefined
  if (!properties && !from) return [field(undefined, resolved(whole, whole), true, given)]
  const required = Array.isArray(whole.required) ? whole.required : []
  const names = [...new Set([...Object.keys(properties ?? {}), ...Object.keys(from ?? {})])]
  return names.map((name) => {
    const own = resolved(isObject(properties?.[name]) ? properties[name] : schemaLike(from?.[name]), whole)
    return field(name, own, required.includes(name), from ? from[name] : own.default)
  })
}

function field(name: string | undefined, schema: Schema, isRequired: boolean, preset: Json | undefined): Field {
  const options = optionsOf(schema)
  const kind = kindOf(schema, options, preset)
  return {
    name,
    label: typeof schema.title === 'string' ? schema.title : (name ?? 'answer'),
    description: typeof schema.description === 'string' ? schema.description : undefined,
    isRequired,
    kind,
    options,
    preset: preset ?? schema.default,
    schema,
  }
}

function kindOf(schema: Schema, options: readonly FieldOption[], preset: Json | undefined): Field['kind'] {
  if (schema.type === 'array') return options.length > 0 ? 'many' : 'json'
  if (options.length > 0) return 'one'
  switch (schema.type) {
    case 'string':
      // What has more than one line cannot be typed on one, but as JSON.
      if (typeof preset === 'string' && preset.includes('\n')) return 'json'
      return schema.format === 'date' ? 'date' : 'text'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'boolean'
    default:
      return 'json'
  }
}

function optionsOf(schema: Schema): readonly FieldOption[] {
  const from = schema.type === 'array' && isObject(schema.items) ? schema.items : schema
  if (Array.isArray(from.enum)) {
    const names = Array.isArray(from.enumNames) ? from.enumNames : []
    return from.enum.map((value, at) => ({ value, label: `${names[at] ?? plain(value)}` }))
  }
  const each = Array.isArray(from.oneOf) ? from.oneOf : Array.isArray(from.anyOf) ? from.anyOf : []
  if (each.length === 0 || !each.every((one) => isObject(one) && one.const !== undefined)) return []
  return (each as Schema[]).map((one) => ({ value: one.const!, label: `${one.title ?? plain(one.const!)}` }))
}

/** The schema with its reference followed, and without the null that only means: may be left out. */
function resolved(schema: Schema, root: Schema): Schema {
  if (typeof schema.$ref === 'string' && schema.$ref.startsWith('#/')) {
    const found = schema.$ref
      .slice(2)
      .split('/')
      .reduce<Json | undefined>((at, step) => (isObject(at) ? at[step] : undefined), root as Json)
    const { $ref: _, ...beside } = schema
    return isObject(found) ? resolved({ ...found, ...beside }, root) : beside
  }
  if (Array.isArray(schema.type)) return { ...schema, type: schema.type.find((type) => type !== 'null') }
  const branches = Array.isArray(schema.anyOf)
    ? schema.anyOf.filter((one) => !isObject(one) || one.type !== 'null')
    : []
  if (branches.length === 1 && isObject(branches[0])) {
    const { anyOf: _, ...beside } = schema
    return resolved({ ...branches[0], ...beside }, root)
  }
  return schema
}

function schemaLike(value: Json | undefined): Schema {
  return typeof value === 'object' || value === undefined ? {} : { type: typeof value }
}

export type Read = { readonly value: Json | undefined } | { readonly fault: string }

/** What a person typed for a field, as its value; no value where the field is left out. */
export function readField(field: Field, typed: string): Read {
  const text = field.kind === 'text' ? typed : typed.trim()
  if (text.trim() === '') return field.isRequired ? { fault: `${field.label} is needed` } : { value: undefined }
  switch (field.kind) {
    case 'text':
      return readText(field.schema, text)
    case 'number':
      return readNumber(field.schema, text)
    case 'boolean':
      return readBoolean(text)
    case 'date':
      return isDate(text) ? { value: text } : { fault: 'a date is written as 2026-03-31' }
    case 'one':
      return readOption(field, text)
    case 'many':
      return readOptions(field, text)
    case 'json':
      return readJson(text)
  }
}

function readText({ minLength, maxLength, pattern, format }: Schema, text: string): Read {
  if (typeof minLength === 'number' && text.length < minLength) return { fault: `at least ${minLength} characters` }
  if (typeof maxLength === 'number' && text.length > maxLength) return { fault: `at most ${maxLength} characters` }
  if (typeof pattern === 'string' && !matches(pattern, text)) return { fault: `it does not match ${pattern}` }
  if (format === 'email' && !/^[^\s@]+@[^\s@]+$/.test(text)) return { fault: 'this is no address for mail' }
  if (format === 'uri' && !URL.canParse(text)) return { fault: 'this is no address of a page' }
  if (format === 'date-time' && Number.isNaN(Date.parse(text)))
    return { fault: 'a time is written as 2026-03-31T12:00:00Z' }
  return { value: text }
}

function readNumber(
  { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: Schema,
  text: string,
): Read {
  const value = Number(text)
  if (!Number.isFinite(value)) return { fault: 'this is not a number' }
  if (type === 'integer' && !Number.isInteger(value)) return { fault: 'it must be a whole number' }
  if (typeof minimum === 'number' && value < minimum) return { fault: `at least ${minimum}` }
  if (typeof maximum === 'number' && value > maximum) return { fault: `at most ${maximum}` }
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum)
    return { fault: `more than ${exclusiveMinimum}` }
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum)
    return { fault: `less than ${exclusiveMaximum}` }
  if (typeof multipleOf === 'number' && Math.abs(value / multipleOf - Math.round(value / multipleOf)) > 1e-9) {
    return { fault: `it must be a multiple of ${multipleOf}` }
  }
  return { value }
}

function readBoolean(text: string): Read {
  if (/^(y|yes|true)$/i.test(text)) return { value: true }
  return /^(n|no|false)$/i.test(text) ? { value: false } : { fault: 'answer y or n' }
}

function readOption({ options }: Field, text: string): Read {
  const option = optionNamed(options, text)
  return option ? { value: option.value } : { fault: `there is no «${text}» to choose` }
}

function readOptions({ options, schema }: Field, text: string): Read {
  const named = text.split(/[\s,]+/).filter((name) => name !== '')
  const chosen = named.map((name) => optionNamed(options, name))
  const unknown = named.find((_, at) => chosen[at] === undefined)
  if (unknown !== undefined) return { fault: `there is no «${unknown}» to choose` }
  return checkedMany(
    schema,
    options.filter((option) => chosen.includes(option)).map(({ value }) => value),
  )
}

/** Whether so many may be chosen. */
export function checkedMany({ minItems, maxItems }: Schema, value: readonly Json[]): Read {
  if (typeof minItems === 'number' && value.length < minItems) return { fault: `at least ${minItems} of them` }
  if (typeof maxItems === 'number' && value.length > maxItems) return { fault: `at most ${maxItems} of them` }
  return { value }
}

/** The option of this number, value or label; or the only one whose label begins so. */
export function optionNamed<Option extends FieldOption>(options: readonly Option[], text: string): Option | undefined {
  const wanted = text.toLowerCase()
  const exact = options.find(
    ({ value, label }) => plain(value).toLowerCase() === wanted || label.toLowerCase() === wanted,
  )
  const numbered = /^\d+$/.test(text) ? options[Number(text) - 1] : undefined
  const begun = options.filter(({ label }) => label.toLowerCase().startsWith(wanted))
  return exact ?? numbered ?? (begun.length === 1 ? begun[0] : undefined)
}

export function readJson(text: string): Read {
  try {
    return { value: JSON.parse(text) as Json }
  } catch (error) {
    return { fault: `this is not JSON: ${(error as Error).message}` }
  }
}

/** What may be typed for the field, in a few words. */
export function wanted({ kind, schema, isRequired, options }: Field): string {
  const words = {
    text: typeof schema.format === 'string' ? schema.format : 'text',
    number: schema.type === 'integer' ? 'a whole number' : 'a number',
    boolean: 'y or n',
    date: 'a date: 2026-03-31',
    one: `one of ${options.length}`,
    many: 'any of these',
    json: 'JSON',
  }[kind]
  const bounds = [bound('from', schema.minimum), bound('to', schema.maximum)].filter((word) => word !== '')
  return [[words, ...bounds].join(' '), ...(isRequired ? [] : ['may be left out'])].join(', ')
}

function bound(word: string, value: Json | undefined): string {
  return typeof value === 'number' ? `${word} ${value}` : ''
}

/** A value on one line: as it is typed. */
export function plain(value: Json | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isDate(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text)
  } catch {
    return true // what cannot be told here is told by the server
  }
}

export function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

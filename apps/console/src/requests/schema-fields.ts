import type { Json } from '@longwire/protocol'
import type { RequestView, SessionView } from '@longwire/view'
import { asObject, type JsonObject, nameInWords } from './json-object.ts'

/** One thing to fill in, as far as a page can offer it. What it cannot is written as JSON. */
export interface SchemaField {
  readonly name: string
  readonly label: string
  readonly about: string | undefined
  readonly isRequired: boolean
  readonly kind: 'text' | 'long-text' | 'number' | 'whole-number' | 'yes-no' | 'choice' | 'json'
  readonly options: readonly { readonly value: Json; readonly label: string }[]
  readonly least: number | undefined
  readonly most: number | undefined
  readonly longest: number | undefined
  readonly initial: Json | undefined
}

/** The fields of a JSON Schema of an object, in its order. */
export function fieldsOf(schema: Json | undefined): readonly SchemaField[] {
  const object = asObject(schema)
  const properties = asObject(object?.properties) ?? {}
  const required = Array.isArray(object?.required) ? object.required : []
  return Object.entries(properties).map(([name, property]) =>
    fieldOf(name, asObject(property) ?? {}, required.includes(name)),
  )
}

/** The schema of what a request is about: of the input of its tool, else one made of the input itself. */
export function schemaFor(request: RequestView, view: SessionView): Json {
  if (request.schema !== undefined) return request.schema
  const call = view.turns
    .flatMap(({ messages }) => messages.flatMap(({ parts }) => parts))
    .find((part) => part.type === 'tool' && part.call === request.call)
  const name = call?.type === 'tool' ? call.name : undefined
  const input = asObject(request.input) ?? {}
  const schema = asObject(view.tools.find((tool) => tool.name === name)?.inputSchema)
  const known = asObject(schema?.properties) ?? {}
  // What a tool shows may hold more than its schema does.
  const guessed = Object.fromEntries(
    Object.entries(input).flatMap(([key, value]) => (key in known ? [] : [[key, { type: typeName(value) }]])),
  )
  return { ...schema, type: 'object', properties: { ...known, ...guessed } }
}

function typeName(value: Json): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
}

function fieldOf(name: string, schema: JsonObject, isRequired: boolean): SchemaField {
  const options = optionsOf(schema)
  return {
    name,
    label: textOf(schema.title) ?? nameInWords(name),
    about: textOf(schema.description),
    isRequired,
    kind: options.length > 0 ? 'choice' : kindOf(schema),
    options,
    least: numberOf(schema.minimum) ?? numberOf(schema.exclusiveMinimum),
    most: numberOf(schema.maximum) ?? numberOf(schema.exclusiveMaximum),
    longest: numberOf(schema.maxLength),
    initial: schema.default,
  }
}

function optionsOf(schema: JsonObject): SchemaField['options'] {
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => ({ value, label: String(value) }))
  const choices = Array.isArray(schema.oneOf) ? schema.oneOf : Array.isArray(schema.anyOf) ? schema.anyOf : []
  const options = choices.flatMap((choice: Json) => {
    const { const: value, title } = asObject(choice) ?? {}
    return value === undefined ? [] : [{ value, label: textOf(title) ?? String(value) }]
  })
  return options.length === choices.length ? options : []
}

function kindOf({ type, maxLength }: JsonObject): SchemaField['kind'] {
  switch (type) {
    case 'integer':
      return 'whole-number'
    case 'number':
      return 'number'
    case 'boolean':
      return 'yes-no'
    case 'string':
      return (numberOf(maxLength) ?? 0) > 300 ? 'long-text' : 'text'
    default:
      return 'json'
  }
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

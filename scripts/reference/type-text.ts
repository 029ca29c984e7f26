import type { JsonSchema, ProtocolSchema } from './protocol-schema.ts'

/** A type in a few words for a cell of a table: `string`, "`a` · `b`", "list of `Message`". */
export function typeText(of: JsonSchema, schema: ProtocolSchema): string {
  if (of.$ref !== undefined) return refText(of.$ref.slice('#/$defs/'.length), schema)
  if (of.const !== undefined) return `\`${of.const}\``
  if (of.enum !== undefined) return of.enum.map((value) => `\`${value}\``).join(' · ')
  const options = of.anyOf ?? of.oneOf
  if (options !== undefined) return [...new Set(options.map((option) => typeText(option, schema)))].join(' or ')
  if (of.type === 'array') return of.items ? `list of ${typeText(of.items, schema)}` : 'list'
  if (of.type === 'object') return objectText(of, schema)
  return of.type ?? 'any JSON'
}

/** Whether a definition has a shape of its own, which is told once and linked to. A plain one is told where it is used. */
export function isLinked(name: string, schema: ProtocolSchema): boolean {
  const type = schema.$defs[name]?.type
  return name !== 'Json' && type !== 'string' && type !== 'integer'
}

function refText(name: string, schema: ProtocolSchema): string {
  if (isLinked(name, schema)) return `[${name}](#${name.toLowerCase()})`
  return name === 'Json' ? 'any JSON' : typeText(schema.$defs[name]!, schema)
}

function objectText({ properties, required = [], additionalProperties }: JsonSchema, schema: ProtocolSchema): string {
  if (properties !== undefined) {
    const fields = Object.entries(properties).map(([name, field]) => {
      const type = typeText(field, schema)
      return `\`${name}${required.includes(name) ? '' : '?'}\`: ${type}`
    })
    return `{ ${fields.join(', ')} }`
  }
  const values = typeof additionalProperties === 'object' ? typeText(additionalProperties, schema) : 'any JSON'
  return `object of ${values}`
}

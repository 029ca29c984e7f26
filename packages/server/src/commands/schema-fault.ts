import type { Json } from '@longwire/protocol'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

const MOST_COMPILED = 200

const compiled = new Map<string, ValidateFunction | undefined>()

/** What keeps `value` from being what this JSON Schema says, for a person; undefined where nothing does. */
export function schemaFault(schema: Json | undefined, value: Json): string | undefined {
  const validate = schema === undefined ? undefined : validatorOf(schema)
  if (!validate || validate(value)) return undefined
  const [error] = validate.errors ?? []
  return `${error?.instancePath || 'it'} ${error?.message ?? 'does not match'}`
}

/** Schemas come from agents: few, and the same again and again. One that cannot be understood holds nobody up. */
function validatorOf(schema: Json): ValidateFunction | undefined {
  const text = JSON.stringify(schema)
  if (!compiled.has(text)) {
    if (compiled.size >= MOST_COMPILED) compiled.delete(compiled.keys().next().value!)
    compiled.set(text, compile(schema))
  }
  return compiled.get(text)
}

function compile(schema: Json): ValidateFunction | undefined {
  try {
    return new Ajv2020({ strict: false, validateFormats: false, allErrors: false }).compile(schema as object)
  } catch {
    return undefined
  }
}

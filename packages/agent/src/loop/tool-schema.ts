import type { JSONSchema7 } from '@ai-sdk/provider'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Tool } from '../tool.ts'

type SchemaProps = StandardSchemaV1.Props & {
  /** Vendors that convert themselves: Standard JSON Schema. */
  readonly jsonSchema?: { input(options: { readonly target: string }): Record<string, unknown> }
}

/** The tool's input as JSON Schema. Rejects where the schema's vendor has no way to say it. */
export function inputJsonSchema({ inputSchema }: Tool): Promise<JSONSchema7> {
  return jsonSchemaOf(inputSchema)
}

/** What fits `schema`, as JSON Schema. Rejects where the schema's vendor has no way to say it. */
export async function jsonSchemaOf(schema: StandardSchemaV1<unknown, unknown>): Promise<JSONSchema7> {
  const { jsonSchema } = schema['~standard'] as SchemaProps
  if (jsonSchema) return withoutDialect(jsonSchema.input({ target: 'draft-07' }))
  const { asSchema } = await import('@ai-sdk/provider-utils')
  return withoutDialect((await asSchema(schema).jsonSchema) as Record<string, unknown>)
}

function withoutDialect({ $schema: _, ...schema }: Record<string, unknown>): JSONSchema7 {
  return schema as JSONSchema7
}

export type Checked<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string }

/** The value as its schema leaves it, or what is wrong with it, in words a model can act on. */
export async function checked<T>(
  schema: StandardSchemaV1<unknown, T>,
  value: unknown,
  what: string,
): Promise<Checked<T>> {
  const result = await schema['~standard'].validate(value)
  if (!result.issues) return { ok: true, value: result.value }
  return { ok: false, error: `${what} does not fit: ${result.issues.map(issueText).join('; ')}` }
}

function issueText({ path, message }: StandardSchemaV1.Issue): string {
  const where = (path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.')
  return where === '' ? message : `${where}: ${message}`
}

import type { EventOf, Json } from '@longwire/protocol'
import type { RequestView } from '@longwire/view'

const APPROVAL: Json = {
  type: 'object',
  properties: { approved: { type: 'boolean' }, reason: { type: 'string' }, editedInput: {} },
  required: ['approved'],
}

/** A request as AG-UI has it: why the run stopped, and what answer it goes on with. */
export function interruptOf(asked: RequestView | EventOf<'control.requested'>): object {
  const { request, kind, message, call, expiresAt, input } = asked
  return {
    id: request,
    reason: kind,
    message,
    responseSchema: schemaOf(asked),
    ...(call === undefined ? {} : { toolCallId: call }),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    ...(input === undefined ? {} : { metadata: { input } }),
  }
}

function schemaOf({ kind, schema, options }: RequestView | EventOf<'control.requested'>): Json {
  if (kind === 'approval') return APPROVAL
  if (kind === 'choice') {
    const values = (options ?? []).map(({ value }) => value)
    return { type: 'object', properties: { choice: { type: 'string', enum: values } }, required: ['choice'] }
  }
  const isObject = schema !== null && typeof schema === 'object' && !Array.isArray(schema)
  return isObject ? schema! : { type: 'object' }
}

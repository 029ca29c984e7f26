import { type JsonSchema, type Tool, type Turn, tool } from '@longwire/agent'
import { z } from 'zod'

const Field = z.object({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,31}$/)
    .describe('what the answer is called in the result'),
  label: z.string().min(1).max(120),
  kind: z.enum(['choice', 'whole-number', 'number', 'text', 'yes-no']),
  options: z
    .array(z.object({ value: z.string().min(1).max(60), label: z.string().min(1).max(120) }))
    .min(1)
    .max(40)
    .optional()
    .describe('what there is to choose from, where the kind is choice'),
  least: z.number().optional(),
  most: z.number().optional(),
})

const Input = z.object({
  question: z.string().min(1).max(500),
  fields: z
    .array(Field)
    .min(1)
    .max(6)
    .refine((fields) => fields.every(({ kind, options }) => kind !== 'choice' || options), 'a choice needs options')
    .refine((fields) => new Set(fields.map(({ name }) => name)).size === fields.length, 'a name is used twice'),
})

export type Field = z.infer<typeof Field>
export type AskPersonInput = z.infer<typeof Input>
export type AskPersonOutput =
  | { action: 'accept'; content: Record<string, string | number | boolean> }
  | { action: 'decline' | 'cancel' }

/** Asks the person of this turn. The question waits for as long as it takes, and outlives a restart. */
export function askPerson(turn: Pick<Turn, 'request'>): Tool<AskPersonInput, AskPersonOutput> {
  return tool({
    title: 'Ask the person',
    description:
      'Asks the person a clarifying question as a short form, and waits for the answer. For what cannot be found out: which of several instruments was meant, or how many. Never for what was said already.',
    inputSchema: Input,
    // The question is a step of its own: a call that is run again goes on waiting for the same answer.
    idempotent: true,
    timeout: Number.POSITIVE_INFINITY,
    level: 'step',
    async execute({ question, fields }) {
      const given = await turn.request.form({ message: question, schema: schemaOf(fields) })
      if (given.action !== 'accept') return { action: given.action }
      return { action: 'accept', content: given.content as Record<string, string | number | boolean> }
    },
  })
}

function schemaOf(fields: readonly Field[]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, { title: field.label, ...typeOf(field) }])),
    required: fields.map(({ name }) => name),
    additionalProperties: false,
  }
}

function typeOf({ kind, options = [], least, most }: Field): JsonSchema {
  const bounds = {
    ...(least === undefined ? {} : { minimum: least }),
    ...(most === undefined ? {} : { maximum: most }),
  }
  switch (kind) {
    case 'choice':
      return { type: 'string', oneOf: options.map(({ value, label }) => ({ const: value, title: label })) }
    case 'whole-number':
      return { type: 'integer', ...bounds }
    case 'number':
      return { type: 'number', ...bounds }
    case 'text':
      return { type: 'string', maxLength: 1_000 }
    case 'yes-no':
      return { type: 'boolean' }
  }
}

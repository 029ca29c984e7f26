import { type Filter, sees } from '@longwire/protocol'
import { Level as LevelSchema } from '@longwire/protocol/schemas'
import { z } from 'zod'

/** What a role may see of a session. */
const Visibility = z.strictObject({
  trace: LevelSchema.default('detail').describe('the finest level of the trace'),
  reasoning: z.boolean().default(true),
  redact: z
    .array(z.string().min(1))
    .optional()
    .describe('fields of tool inputs and outputs, by name and at any depth, in whose place only a mark is shown'),
})
type Visibility = z.infer<typeof Visibility>

/** What everybody may see, and what some roles may instead. */
export const VisibilityPolicy = z.strictObject({
  default: Visibility.optional(),
  roles: z.record(z.string(), Visibility).optional(),
})
export type VisibilityPolicy = z.infer<typeof VisibilityPolicy>

/** What is compiled into every attachment of an identity with these roles. */
export type SeesOf = (roles: readonly string[]) => Filter

const EVERYTHING: Visibility = { trace: 'debug', reasoning: true }
/** An end user's socket carries no debug trace unless the operator says so. */
const BY_DEFAULT: Visibility = { trace: 'detail', reasoning: true }
const BUILT_IN: Readonly<Record<string, Visibility>> = { '*': EVERYTHING, operator: EVERYTHING }

/** Who has several roles sees what any of them sees. */
export function compileVisibility(policy: VisibilityPolicy = {}): SeesOf {
  const table = { ...BUILT_IN, ...policy.roles }
  return (roles) => {
    const known = roles.flatMap((role) => (Object.hasOwn(table, role) ? [table[role]!] : []))
    return known.length === 0 ? (policy.default ?? BY_DEFAULT) : known.reduce(widest)
  }
}

function widest(a: Visibility, b: Visibility): Visibility {
  const redact = (a.redact ?? []).filter((field) => b.redact?.includes(field))
  return { trace: sees(a.trace, b.trace) ? a.trace : b.trace, reasoning: a.reasoning || b.reasoning, redact }
}

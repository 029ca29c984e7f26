import type { Context } from 'hono'
import type { z } from 'zod'
import { Refusal } from '../refusal.ts'
import type { DoorEnv } from './context.ts'

/** The JSON body, as this schema has it. */
export async function readBody<S extends z.ZodType>(c: Context<DoorEnv>, schema: S): Promise<z.infer<S>> {
  let value: unknown
  try {
    value = JSON.parse(await c.req.text())
  } catch {
    throw new Refusal('bad_frame', 'the body is not JSON')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new Refusal('bad_field', `${issue.path.join('.') || 'the body'}: ${issue.message}`)
}

/** The whole number that this query parameter holds, within bounds. */
export function wholeNumber(
  c: Context<DoorEnv>,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const text = c.req.query(name)
  if (text === undefined) return undefined
  const number = Number(text)
  if (!/^\d{1,15}$/.test(text) || number < least || number > most) {
    throw new Refusal('bad_field', `${name} must be a whole number from ${least} to ${most}`)
  }
  return number
}

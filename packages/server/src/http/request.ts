import type { Context } from 'hono'
import type { z } from 'zod'
import { overLimit } from '../limits/over-limit.ts'
import { Refusal } from '../refusal.ts'
import type { DoorEnv } from './context.ts'

/** The body as text, of at most so many bytes. */
export async function readText(c: Context<DoorEnv>, mostBytes: number): Promise<string> {
  return Buffer.from(await bytesOf(c, mostBytes)).toString('utf8')
}

/** The JSON body, as this schema has it, of at most so many bytes. */
export async function readBody<S extends z.ZodType>(
  c: Context<DoorEnv>,
  schema: S,
  mostBytes: number,
): Promise<z.infer<S>> {
  const text = await readText(c, mostBytes)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Refusal('bad_frame', 'the body is not JSON')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new Refusal('bad_field', `${issue.path.join('.') || 'the body'}: ${issue.message}`)
}

/**
 * The body. One that is over the bound is let go of at the bound, whatever its head said of its length. It can be read again:
 * a verifier reads what is signed before a door does.
 */
export async function bytesOf(c: Context<DoorEnv>, mostBytes: number): Promise<Uint8Array> {
  const read = c.req.bodyCache.arrayBuffer
  if (read) return new Uint8Array(await read)
  const tooBig = overLimit('frameBytes', `the body is over ${mostBytes} bytes`)
  if (Number(c.req.header('content-length') ?? 0) > mostBytes) throw tooBig
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of c.req.raw.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > mostBytes) throw tooBig
    chunks.push(chunk)
  }
  const body = new Uint8Array(Buffer.concat(chunks))
  // Hono keeps promises here, whatever its type says.
  c.req.bodyCache.arrayBuffer = Promise.resolve(body.buffer) as never
  return body
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

/** Whether this query parameter says yes. */
export function flag(c: Context<DoorEnv>, name: string, unless: boolean): boolean {
  const text = c.req.query(name) ?? String(unless)
  if (text !== 'true' && text !== 'false') throw new Refusal('bad_field', `${name} must be true or false`)
  return text === 'true'
}

import { readFileSync } from 'node:fs'
import { VisibilityPolicy } from '@longwire/server'
import { CommandFailure } from '../exit-codes.ts'

/** What roles may see, from a file of JSON. */
export function readAccess(file: string): VisibilityPolicy {
  try {
    const parsed = VisibilityPolicy.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]!
    throw new Error(`${issue.path.join('.') || 'the file'}: ${issue.message}`)
  } catch (cause) {
    const message = `${file} does not say what roles may see: ${(cause as Error).message}`
    throw new CommandFailure('usage', message, undefined, { cause })
  }
}

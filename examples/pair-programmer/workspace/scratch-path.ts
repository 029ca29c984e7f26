import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'

/** Where the scratch folders are: what LONGWIRE_SCRATCH names, else `scratch` beside the session log. */
export function scratchPath({ LONGWIRE_SCRATCH: scratch, LONGWIRE_DATA: data }: NodeJS.ProcessEnv): string {
  return resolve(scratch || join(data || '.longwire', 'scratch'))
}

/** A folder's name for a session, whose id may hold anything. */
export function folderOf(session: string): string {
  return createHash('sha256').update(session).digest('hex').slice(0, 24)
}

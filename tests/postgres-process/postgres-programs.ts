import { execFileSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The folder with `postgres` and `initdb`: what LONGWIRE_POSTGRES names, else what is on PATH, else where Debian keeps them,
 * which is not on PATH. Undefined where this machine has none.
 */
export function postgresPrograms(): string | undefined {
  const named = process.env.LONGWIRE_POSTGRES
  const onPath = (process.env.PATH ?? '').split(delimiter)
  const ofDebian = globSync('/usr/lib/postgresql/*/bin').sort(newestFirst)
  return (named ? [named] : [...onPath, ...ofDebian]).find((folder) => existsSync(join(folder, 'initdb')))
}

function newestFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true })
}

/**
 * Whether suites that need Postgres can run here. CI installs it, so there they run and fail where it is missing after all;
 * elsewhere they leave themselves out, and this says so.
 */
export function hasPostgres(): boolean {
  if (postgresPrograms() !== undefined || process.env.LONGWIRE_CI !== undefined) return true
  console.warn('LEFT OUT: there is no PostgreSQL here. Install it, or name the folder of initdb in LONGWIRE_POSTGRES.')
  return false
}

/** Postgres refuses to run as root: then it runs as the user that owns nothing. Undefined where we are somebody already. */
export function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

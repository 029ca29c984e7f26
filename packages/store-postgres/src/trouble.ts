import type { StoreFault } from '@longwire/store'

/**
 * What an error of the engine says of what was asked.
 *
 *  - `refused`: it was not done, and asking again will not help until somebody mends something.
 *  - `lost`: nobody knows, or it was not done and may be in a moment: it is asked again.
 */
export type Trouble =
  | { readonly kind: 'refused'; readonly fault: StoreFault; readonly says: string }
  | { readonly kind: 'lost'; readonly wasSent: boolean; readonly isCut: boolean; readonly says: string }

/** Why a connection could not be had: nothing was sent. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected'
}

interface Row {
  readonly fault?: StoreFault
  /** The engine rolled it back, or never began. */
  readonly isUndone?: true
  /** Another connection may lead somewhere better. */
  readonly isCut?: true
  readonly advice: string
}

const READ_ONLY: Row = {
  isUndone: true,
  isCut: true,
  advice: 'the database takes no writes: it is a replica, or is being promoted',
}
const NOT_ALLOWED: Row = { fault: 'unwritable', advice: 'grant this user the right to, or use another' }
const NOT_OURS: Row = {
  fault: 'corrupt',
  advice: 'the tables are not as they were made: restore them, or use another schema',
}

// Codes of PostgreSQL, its documentation, appendix A. What is not here was refused.
const ROWS: Readonly<Record<string, Row>> = {
  '25006': READ_ONLY,
  '28000': {
    fault: 'unwritable',
    advice:
      'the database lets this user in from nowhere near here, or not without TLS: look at pg_hba.conf and sslmode',
  },
  '28P01': { fault: 'unwritable', advice: 'the user or the password is wrong' },
  '3D000': { fault: 'unwritable', advice: 'there is no such database: create it' },
  '3F000': NOT_OURS,
  '40001': { isUndone: true, advice: 'it was in the way of another' },
  '40003': { advice: 'the engine does not know whether it was done' },
  '40P01': { isUndone: true, advice: 'it was in the way of another' },
  '42501': NOT_ALLOWED,
  '42703': NOT_OURS,
  '42P01': NOT_OURS,
  '53100': {
    fault: 'full',
    advice: 'there is no room on the disk of the database; free some, and appends are taken again',
  },
  '53200': { isUndone: true, advice: 'the database has no memory left' },
  '53300': {
    isUndone: true,
    advice: 'the database has no connection free: raise max_connections, or give fewer to each node',
  },
  '53400': { isUndone: true, advice: 'a limit of the database is reached' },
  '55000': READ_ONLY,
  '55P03': { isUndone: true, advice: 'it was in the way of another' },
  '57014': { isUndone: true, advice: 'the database was too slow' },
  '57P01': { isCut: true, advice: 'the database is stopping' },
  '57P02': { isCut: true, advice: 'the database crashed' },
  '57P03': { isUndone: true, isCut: true, advice: 'the database is starting' },
  '57P05': { isCut: true, advice: 'the database closed a connection that was idle' },
  XX001: { fault: 'corrupt', advice: 'the database is damaged: restore a copy' },
  XX002: { fault: 'corrupt', advice: 'an index of the database is damaged: REINDEX it' },
}

const STATEMENT_POOLER: Row = {
  fault: 'unwritable',
  advice: 'a pooler in statement mode is between: set its pool_mode to transaction, or connect past it',
}
const NO_PASSWORD: Row = {
  fault: 'unwritable',
  advice: 'the database wants a password: put it into the address, into PGPASSWORD, or into a .pgpass file',
}
const AWAY: Row = { isCut: true, advice: 'the database cannot be reached' }

export function troubleOf(error: unknown): Trouble {
  const reason = error instanceof NotConnected ? error.cause : error
  const code = codeOf(reason)
  const row = rowByWords(String(reason)) ?? rowOf(code)
  const said = reason instanceof Error ? reason.message || code : String(reason)
  const says = row ? `${row.advice} (${said})` : `${said}`
  if (!row || row.fault) return { kind: 'refused', fault: row?.fault ?? 'unavailable', says }
  const wasSent = !(error instanceof NotConnected) && !row.isUndone
  return { kind: 'lost', wasSent, isCut: row.isCut ?? false, says }
}

/** The five characters of the engine, or what the network calls it. */
export function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: unknown[] }
  return typeof code === 'string' ? code : errors ? codeOf(errors[0]) : ''
}

/** What has no code of its own. */
function rowByWords(said: string): Row | undefined {
  if (/statement pooling/.test(said)) return STATEMENT_POOLER
  return /client password must be a string/.test(said) ? NO_PASSWORD : undefined
}

function rowOf(code: string): Row | undefined {
  // No word from the engine itself: the network, or a wait that was over.
  if (!/^[0-9A-Z]{5}$/.test(code) || code === 'EPIPE') return AWAY
  if (code.startsWith('08')) return AWAY
  return ROWS[code]
}

/** What the other side shows is not what was asked for; another try gives the same. */
export function isTlsTrouble(error: unknown): boolean {
  const reason = error instanceof NotConnected ? error.cause : error
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_(SSL|TLS)/.test(codeOf(reason)) || saysNoTls(reason)
}

/** The server has no TLS at all. `pg` has no code for it. */
export function saysNoTls(error: unknown): boolean {
  const reason = error instanceof NotConnected ? error.cause : error
  return reason instanceof Error && /does not support SSL/.test(reason.message)
}

import type { StoreFault } from '@longwire/store'

/** Why something could not be done, in a shape that crosses threads. */
export interface Fault {
  readonly fault: StoreFault
  readonly message: string
}

/** Thrown where the fault is already known. */
export class FaultError extends Error {
  override readonly name = 'FaultError'
  readonly fault: StoreFault
  constructor(fault: StoreFault, message: string) {
    super(message)
    this.fault = fault
  }
}

// Result codes of SQLite, https://sqlite.org/rescode.html
const FAULTS: Record<number, keyof typeof ADVICE> = {
  3: 'unwritable', // PERM
  5: 'locked', // BUSY
  6: 'locked', // LOCKED
  8: 'unwritable', // READONLY
  11: 'corrupt', // CORRUPT
  13: 'full', // FULL
  14: 'unwritable', // CANTOPEN
  26: 'corrupt', // NOTADB
}
const IOERR = 10
const IOERR_SHMSIZE = 4_874

/** What a file can say; a store that is asked over a network has more. */
const ADVICE: Record<Exclude<StoreFault, 'unavailable' | 'unknown'>, string> = {
  full: 'there is no room on the disk; free some, and appends are taken again',
  locked: 'another process works on the file; end it, or use another directory',
  corrupt: 'the file is damaged or not a log; keep it, and restore a copy or start with an empty directory',
  newer: 'a newer version wrote the file; run that version, or use another directory',
  unwritable: 'the file cannot be opened for writing; give this user the right to, or use another directory',
  closed: 'the store is closed',
  failed: 'the disk or the system refused; mend it, and start again',
}

export function faultOf(error: unknown, doing: string): Fault {
  if (error instanceof FaultError) return { fault: error.fault, message: error.message }
  const fault = kindOf(error)
  const said = error instanceof Error ? error.message : String(error)
  return { fault, message: `cannot ${doing}: ${ADVICE[fault]} (${said})` }
}

/** True when the disk took part of a write, or nobody knows: after that its word is not trusted until the file is opened anew. */
export function isDiskFailure(error: unknown): boolean {
  const { errcode } = error as { errcode?: number }
  return errcode !== undefined && (errcode & 0xff) === IOERR && errcode !== IOERR_SHMSIZE
}

function kindOf(error: unknown): keyof typeof ADVICE {
  const { errcode, code } = error as { errcode?: number; code?: string }
  // The index of the write-ahead log is a file of its own; SQLite has no other word for no room to grow it.
  if (errcode === IOERR_SHMSIZE) return 'full'
  if (errcode !== undefined) return FAULTS[errcode & 0xff] ?? 'failed'
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'full'
  if (code !== undefined && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT'].includes(code))
    return 'unwritable'
  return 'failed'
}

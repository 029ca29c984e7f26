import type { SessionStatus } from '@longwire/protocol'
import type { Append, Checkpoint, NewSession, ReadBound, SessionQuery } from './session-store.ts'

/** What a store takes, [L8]. Above `LIMITS.commitBytes` of the protocol, which is what a session takes. */
const COMMIT_BYTES = 16 * 1024 * 1024
const NAME_LENGTH = 2_048
const LIST_LIMIT = 500

/** Throws a `RangeError` for what no store keeps, so that every store refuses the same before it writes. */
export function checkNewSession(session: NewSession, commits: readonly string[]): void {
  checkName('key', session.key)
  checkName('session', session.session)
  checkName('agent', session.agent)
  checkName('principal', session.principal)
  if (session.command !== undefined) checkName('command', session.command)
  if (session.owner !== undefined) checkName('owner', session.owner)
  checkWhole('createdAt', session.createdAt, 0)
  if (session.wakeAt !== undefined) checkWhole('wakeAt', session.wakeAt, 0)
  if (session.summary !== undefined) checkName('summary', session.summary)
  for (const commit of commits) checkCommit(session.key, commit)
}

export function checkAppend(key: string, append: Append): void {
  checkWhole('head', append.head, 0)
  checkWhole('at', append.at, 0)
  if (append.wakeAt !== undefined && append.wakeAt !== null) checkWhole('wakeAt', append.wakeAt, 0)
  if (append.epoch !== undefined) checkWhole('epoch', append.epoch, 0)
  checkStatus(append.status)
  if (append.summary !== undefined) checkName('summary', append.summary)
  if (append.commits.length === 0) throw new RangeError(`cannot append to ${key}: there are no commits`)
  for (const commit of append.commits) checkCommit(key, commit)
}

export function checkRead(after: number, bound: ReadBound): void {
  checkWhole('after', after, 0)
  checkWhole('limit', bound.limit, 1)
  checkWhole('bytes', bound.bytes, 0)
}

export function checkQuery(query: SessionQuery): void {
  checkListLimit(query.limit)
  checkStatus(query.status)
}

export function checkDue(before: number, limit: number): void {
  checkWhole('before', before, 0)
  checkListLimit(limit)
}

export function checkCheckpoint(key: string, checkpoint: Checkpoint): void {
  checkWhole('seq', checkpoint.seq, 0)
  if (!checkpoint.json.isWellFormed()) throw new RangeError(`the checkpoint of ${key} is not well-formed Unicode`)
}

function checkName(what: string, name: string): void {
  if (name.length === 0 || name.length > NAME_LENGTH) {
    throw new RangeError(`${what} has ${name.length} characters: 1 to ${NAME_LENGTH}`)
  }
  // Engines end a text at NUL and replace half a surrogate pair: two names would become one.
  if (name.includes('\0') || !name.isWellFormed())
    throw new RangeError(`${what} is not well-formed Unicode without NUL`)
}

const STATUSES: Record<SessionStatus, true> = { idle: true, running: true, waiting: true, closed: true }

function checkStatus(status: string | undefined): void {
  if (status !== undefined && !Object.hasOwn(STATUSES, status)) throw new RangeError(`there is no status ${status}`)
}

function checkCommit(key: string, commit: string): void {
  if (commit.length === 0 || commit.includes('\n') || commit.includes('\0') || !commit.isWellFormed()) {
    throw new RangeError(`a commit for ${key} is not one line of well-formed Unicode`)
  }
  // A UTF-16 unit is at most three bytes of UTF-8, so most commits need no count.
  if (commit.length * 3 > COMMIT_BYTES && Buffer.byteLength(commit) > COMMIT_BYTES) {
    throw new RangeError(`a commit for ${key} is over ${COMMIT_BYTES} bytes`)
  }
}

function checkListLimit(limit: number): void {
  checkWhole('limit', limit, 1)
  if (limit > LIST_LIMIT) throw new RangeError(`limit is ${limit}: at most ${LIST_LIMIT}`)
}

function checkWhole(what: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${what} is ${value}: a whole number from ${least}`)
}

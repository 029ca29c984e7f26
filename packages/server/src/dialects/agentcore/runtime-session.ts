import { createHash } from 'node:crypto'
import { hasRole } from '../../auth/access.ts'
import type { Identity } from '../../auth/verifier.ts'
import { Refusal } from '../../refusal.ts'
import type { ReadSession } from '../../session/read-session.ts'
import type { DialectHouse } from '../dialect.ts'
import { sessionNamed } from '../names.ts'

const ACTS_FOR_USERS = 'for-users'
const MOST_PRINCIPAL_CHARACTERS = 200
const MOST_LIVES = 1_000

/** Who speaks where a caller names a user: that user of the caller's, in a name space of its own. It takes a role to do so. */
export function actingFor(identity: Identity, user: string | undefined): Identity {
  if (user === undefined) return identity
  if (!hasRole(identity, ACTS_FOR_USERS)) {
    throw new Refusal('forbidden', `to act for a user takes the role ${ACTS_FOR_USERS}`)
  }
  const named = `${identity.principal}/${user}`
  const isLong = named.length > MOST_PRINCIPAL_CHARACTERS
  const principal = isLong ? `${identity.principal}/${createHash('sha256').update(user).digest('base64url')}` : named
  // What the caller may do beyond speaking is not the user's.
  return { ...identity, principal, roles: [] }
}

/** One life of a session: what a stop ends, so that the same name begins the next. */
interface Life {
  readonly name: string
  readonly session: ReadSession | undefined
}

/** The name under which the session that a runtime calls so is kept now: the first that was not stopped. */
export async function runningName(house: DialectHouse, identity: Identity, named: string): Promise<string> {
  for (const name of namesOf(named)) {
    const session = await found(house, identity, name)
    if (!isOver(session)) return name
  }
  throw new Refusal('too_many_sessions', `the session ${named} was stopped ${MOST_LIVES} times`)
}

/** The last life of it; undefined where there was none. */
export async function lastLife(house: DialectHouse, identity: Identity, named: string): Promise<Life | undefined> {
  let last: Life | undefined
  for (const name of namesOf(named)) {
    const session = await found(house, identity, name)
    if (!session) return last
    last = { name, session }
    if (!isOver(session)) return last
  }
  return last
}

function* namesOf(named: string): Generator<string> {
  const first = sessionNamed(named)
  yield first
  for (let life = 2; life <= MOST_LIVES; life++) yield sessionNamed(`${first}.${life}`)
}

export function isOver(session: ReadSession | undefined): boolean {
  return session?.status === 'closed'
}

async function found(house: DialectHouse, { principal }: Identity, name: string): Promise<ReadSession | undefined> {
  try {
    return (await house.sessions.find(principal, name)).session
  } catch (error) {
    if (error instanceof Refusal && error.code === 'session_not_found') return undefined
    throw error
  }
}

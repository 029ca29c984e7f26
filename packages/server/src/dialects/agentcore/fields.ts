import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../clock.ts'
import { Refusal } from '../../refusal.ts'

export const SESSION_FIELD = 'X-Amzn-Bedrock-AgentCore-Runtime-Session-Id'
const USER_FIELD = 'X-Amzn-Bedrock-AgentCore-Runtime-User-Id'

const SESSION = /^[a-zA-Z0-9][a-zA-Z0-9_-]{32,99}$/
const MOST_USER_CHARACTERS = 1_024

/** What a request says under this name, in a header, or where browsers cannot set one, in its query; in any case. */
export function fieldOf({ url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>, name: string) {
  const lower = name.toLowerCase()
  const header = headers[lower]
  if (typeof header === 'string') return header
  for (const [key, value] of queryOf(url)) if (key.toLowerCase() === lower) return value
  return undefined
}

export function queryOf(url = ''): URLSearchParams {
  const mark = url.indexOf('?')
  return new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1))
}

/** The session that a client of the service names; undefined where it leaves that to the service. */
export function namedSession(request: IncomingMessage): string | undefined {
  const session = fieldOf(request, SESSION_FIELD)
  if (session === undefined || SESSION.test(session)) return session
  throw new Refusal('bad_field', `${SESSION_FIELD}: 33 to 100 letters, digits, - and _ are wanted`)
}

export function namedUser(request: IncomingMessage): string | undefined {
  const user = fieldOf(request, USER_FIELD)
  if (user === undefined || (user.length > 0 && user.length <= MOST_USER_CHARACTERS)) return user
  throw new Refusal('bad_field', `${USER_FIELD}: 1 to ${MOST_USER_CHARACTERS} characters are wanted`)
}

/** A name for a session whose peer gave none, of the form that is safe everywhere. */
export function mintedSession(clock: Clock): string {
  return `rt-${clock.randomId()}`
}

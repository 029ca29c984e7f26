import { Refusal } from '../../refusal.ts'
import { queryOf } from './fields.ts'

/** Whom a client of the service calls. */
export interface RuntimeAddress {
  readonly door: string
  /** Names that the agent may go by, the most exact first. */
  readonly names: readonly string[]
  readonly qualifier: string
  readonly query: URLSearchParams
}

const ADDRESS =
  /^\/runtimes\/(.+?)\/(ws|invocations|stopruntimesession|invocations\/\.well-known\/oauth-protected-resource)$/
const ARN = /^arn:aws(?:-[^:]+)?:bedrock-agentcore:[a-z0-9-]+:\d{12}:runtime\/([a-zA-Z][a-zA-Z0-9_-]*)$/
const ID = /^[a-zA-Z][a-zA-Z0-9_.-]*$/
const MADE_ID = /^(.+)-[a-zA-Z0-9]{10}$/
const QUALIFIER = /^[a-zA-Z][a-zA-Z0-9_]{0,47}$/

/** The address of a runtime, raw or encoded; undefined where it is none. Throws a refusal where a part of it is no good. */
export function runtimeAddress(url = ''): RuntimeAddress | undefined {
  const [, runtime, door] = ADDRESS.exec(url.split('?', 1)[0]!) ?? []
  if (runtime === undefined || door === undefined) return undefined
  const query = queryOf(url)
  const qualifier = query.get('qualifier') ?? 'DEFAULT'
  if (!QUALIFIER.test(qualifier)) throw new Refusal('bad_field', 'qualifier: the name of an endpoint is wanted')
  return { door, names: namesOf(decoded(runtime), query.get('accountId')), qualifier, query }
}

/** By its whole name, by its id, and by the name that the id was made from. */
function namesOf(runtime: string, account: string | null): readonly string[] {
  const isArn = runtime.startsWith('arn:')
  const id = isArn ? ARN.exec(runtime)?.[1] : ID.exec(runtime)?.[0]
  if (id === undefined) throw new Refusal('bad_field', 'agentRuntimeArn: the ARN of a runtime, or its id, is wanted')
  if (account !== null && !/^\d{12}$/.test(account)) throw new Refusal('bad_field', 'accountId: 12 digits are wanted')
  const name = MADE_ID.exec(id)?.[1]
  return [...(isArn ? [runtime] : []), id, ...(name === undefined ? [] : [name])]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Refusal('bad_field', 'the address holds what is no escape of UTF-8')
  }
}

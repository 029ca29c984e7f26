import { LongwireError } from '@longwire/client'
import { CommandFailure, type Exit } from './exit-codes.ts'

const EXIT_OF: { readonly [code in LongwireError['code']]?: Exit } = {
  unreachable: 'unreachable',
  not_longwire: 'unreachable',
  line_refused: 'unreachable',
  session_not_found: 'not_found',
  request_not_found: 'not_found',
  already_settled: 'settled',
  agent_not_found: 'not_found',
  unauthenticated: 'refused',
  identity_expired: 'refused',
  forbidden: 'refused',
}

/** How to end after an error of the client; `otherwise` where the table has no row for it. */
export function exitOf(code: LongwireError['code'], otherwise: Exit = 'failed'): Exit {
  return EXIT_OF[code] ?? otherwise
}

/** Any error as what a person is told. A fault of this program keeps its stack. */
export function failureOf(error: unknown, url: string): unknown {
  if (!(error instanceof LongwireError)) return error
  const exit = exitOf(error.code)
  const hint =
    exit === 'unreachable' ? 'Start a server with "longwire serve", or say where it is with --url.' : undefined
  const message = error.code === 'unreachable' ? `no Longwire server answers at ${url}` : error.message
  return new CommandFailure(exit, message, hint, { cause: error })
}

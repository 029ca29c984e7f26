import type { IncomingMessage } from 'node:http'
import type { Doors } from '../http/context.ts'
import { agUi } from './ag-ui/index.ts'
import { container } from './agentcore/container.ts'
import { service } from './agentcore/service.ts'
import { bedrock } from './bedrock/index.ts'
import type { Dialect, DialectHouse, Line } from './dialect.ts'

export { platformVerifier } from './agentcore/platform-verifier.ts'

/** Every foreign protocol that this server speaks. */
const DIALECTS: readonly Dialect[] = [bedrock, agUi, service, container]

export function dialectDoors(doors: Doors, house: DialectHouse): void {
  for (const dialect of DIALECTS) dialect.doors(doors, house)
}

/** What is spoken where this handshake leads; undefined where no dialect has this address. */
export function dialectLine(request: IncomingMessage, house: DialectHouse): Line | undefined {
  for (const dialect of DIALECTS) {
    const line = dialect.line(request, house)
    if (line) return line
  }
  return undefined
}

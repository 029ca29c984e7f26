import { currentScope } from '../turn/scope.ts'
import type { AskPerson } from './mcp-tool.ts'

/** Asks the person of the turn that the call belongs to, with the server's form. Without a turn there is nobody to ask. */
export const askPerson: AskPerson = async (message, schema) => {
  const requests = currentScope.getStore()?.run.requests
  return requests?.form({ message, schema: schema as never, onExpiry: 'deny' }) ?? { action: 'cancel' }
}

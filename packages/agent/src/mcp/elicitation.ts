import type { AskPerson } from './mcp-tool.ts'

export const askPerson: AskPerson = async () => ({ action: 'cancel' })

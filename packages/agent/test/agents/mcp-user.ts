import { pathToFileURL } from 'node:url'
import { defineAgent } from '@longwire/agent'
import { EVERYTHING } from '../mcp-servers.ts'

const code = `console.error('pid ' + process.pid); import('${pathToFileURL(EVERYTHING)}')`

/** Has the tools of a foreign server, which says its process id first. */
export default defineAgent({
  name: 'mcp-user',
  mcp: { every: { command: process.execPath, args: ['-e', code] } },
  run: (turn) => turn.text('hello'),
})

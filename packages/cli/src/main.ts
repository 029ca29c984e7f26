import { runCommandLine } from './command-line.ts'
import { processTerminal } from './terminal/terminal.ts'

// Where an older Node holds this process, both live and die together.
if (process.channel) {
  process.on('disconnect', () => process.exit(1))
  process.channel.unref()
}

// The reader of a pipe may leave before the end: `longwire tail ID | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

process.exit(await runCommandLine(process.argv.slice(2), processTerminal()))

import { connect } from '@longwire/client'
import type { Exit } from '../exit-codes.ts'
import { failureOf } from '../failure.ts'
import { clipped } from '../terminal/prose.ts'
import { type Terminal, write } from '../terminal/terminal.ts'

/** Lists the agents that the server hosts. */
export async function agents({ url, json }: { url: string; json?: boolean }, terminal: Terminal): Promise<Exit> {
  const { style } = terminal
  const found = await connect(url)
    .agents()
    .catch((error) => {
      throw failureOf(error, url)
    })
  for (const agent of found) {
    if (json) {
      write(terminal, JSON.stringify(agent))
      continue
    }
    write(terminal, `${style.bold(agent.name)}${agent.model ? style.dim(` · ${agent.model}`) : ''}`)
    if (agent.description) write(terminal, `  ${clipped(agent.description, (terminal.output.columns ?? 120) - 3)}`)
    if (agent.tools.length > 0) write(terminal, style.dim(`  ${agent.tools.map(({ name }) => name).join(', ')}`))
  }
  return 'ok'
}

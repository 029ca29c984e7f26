import { CommandFailure, type Exit } from '../exit-codes.ts'
import { type Terminal, write } from '../terminal/terminal.ts'

export interface NodesOptions {
  readonly url: string
  readonly json?: boolean
}

interface NodeRow {
  readonly name: string
  readonly isAlive: boolean
  readonly isDraining: boolean
  readonly sessions: number
  readonly turns: number
  readonly lagMs: number
  readonly startedAt: number
  readonly seenAt: number
}

/** Lists the nodes that share the server's log: what each has to do, and whether it lives. */
export async function nodes({ url, json }: NodesOptions, terminal: Terminal): Promise<Exit> {
  const { nodes } = (await ask(url, '/v1/nodes')) as { nodes: readonly NodeRow[] }
  if (json) {
    for (const node of nodes) write(terminal, JSON.stringify(node))
    return 'ok'
  }
  if (nodes.length === 0) {
    write(terminal, 'This server has its log to itself: there are no nodes.')
    return 'ok'
  }
  const { style } = terminal
  const width = Math.max(4, ...nodes.map(({ name }) => name.length))
  const head = ['node'.padEnd(width), 'state   ', 'sessions', '   turns', '     lag', '  up for']
  write(terminal, style.dim(head.join('  ')))
  for (const node of nodes) {
    const state = stateOf(node)
    const shown = state === 'alive' ? style.green : state === 'dead' ? style.red : style.yellow
    const numbers = [node.sessions, node.turns, `${node.lagMs} ms`, ago(node.seenAt - node.startedAt)]
    const cells = numbers.map((each) => `${each}`.padStart(8))
    write(terminal, [style.bold(node.name.padEnd(width)), shown(state.padEnd(8)), ...cells].join('  '))
  }
  return 'ok'
}

/** Asks a node to give up its sessions, or to take some again. */
export async function drain(name: string, isOn: boolean, { url }: NodesOptions, terminal: Terminal): Promise<Exit> {
  await ask(url, `/v1/nodes/${encodeURIComponent(name)}`, { drain: isOn })
  write(terminal, isOn ? `${name} gives up its sessions and takes no more.` : `${name} takes sessions again.`)
  return 'ok'
}

async function ask(url: string, path: string, body?: object): Promise<unknown> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`${url.replace(/\/$/, '')}${path}`, body ? post : {}).catch((cause) => {
    const hint = 'Start a server with "longwire serve", or say where it is with --url.'
    throw new CommandFailure('unreachable', `no Longwire server answers at ${url}`, hint, { cause })
  })
  const answer = (await response.json().catch(() => ({}))) as { readonly message?: string }
  if (response.ok) return answer
  const exit = response.status === 404 ? 'not_found' : response.status < 500 ? 'refused' : 'failed'
  throw new CommandFailure(exit, answer.message ?? `the server answered ${response.status}`)
}

function stateOf({ isAlive, isDraining }: NodeRow): 'alive' | 'draining' | 'dead' {
  if (!isAlive) return 'dead'
  return isDraining ? 'draining' : 'alive'
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 120) return `${seconds} s`
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`
}

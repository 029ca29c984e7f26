import { createInterface } from 'node:readline/promises'
import { type AgentInfo, type Client, connect, type Session } from '@longwire/client'
import type { Level } from '@longwire/protocol'
import { commandTools, isForTool } from '../chat/command-tools.ts'
import { pipedTalk } from '../chat/piped-talk.ts'
import { Talk } from '../chat/talk.ts'
import { CommandFailure, type Exit } from '../exit-codes.ts'
import { failureOf } from '../failure.ts'
import { isInteractive, type Terminal, warn, write } from '../terminal/terminal.ts'

export interface ChatOptions {
  readonly url: string
  readonly session?: string
  readonly trace: Level
  readonly json?: boolean
  /** Where no person sits at the terminal: whether to wait for somebody elsewhere to answer. */
  readonly wait?: boolean
  /** Commands by the name of the tool that each of them is. */
  readonly tool: Readonly<Record<string, string>>
}

/** Talks with an agent until the person leaves, or the questions from the pipe are answered. */
export async function chat(agent: string | undefined, options: ChatOptions, terminal: Terminal): Promise<Exit> {
  const client = connect(options.url)
  try {
    const agents = await client.agents()
    const session = await begin(client, agents, agent, options, terminal)
    session.provide(commandTools(options.tool))
    if (options.json || !isInteractive(terminal)) return await piped(client, session, options, terminal)
    return await talk(client, session, agents, options, terminal)
  } catch (error) {
    throw failureOf(error, options.url)
  } finally {
    client.close()
  }
}

async function begin(
  client: Client,
  agents: readonly AgentInfo[],
  agent: string | undefined,
  { session, trace, json }: ChatOptions,
  terminal: Terminal,
): Promise<Session> {
  if (session === undefined) {
    const opened = await client.open({ agent: await chooseAgent(agents, agent, terminal), trace })
    return json ? fromTheBeginning(client, opened, trace) : opened
  }
  const known = await client.about(session)
  if (agent !== undefined && agent !== known.agent) {
    throw new CommandFailure('usage', `session ${session} is with ${known.agent}, not with ${agent}`)
  }
  return client.session(session, { trace }).ready
}

/** A handle that no event has reached yet: who prints all of them reads the first one too. */
function fromTheBeginning(client: Client, opened: Session, trace: Level): Session {
  const handle = client.session(opened.id, { after: '0', trace })
  opened.detach()
  return handle
}

async function talk(
  client: Client,
  session: Session,
  agents: readonly AgentInfo[],
  { url, trace, tool }: ChatOptions,
  terminal: Terminal,
): Promise<Exit> {
  const agent = agents.find(({ name }) => name === session.agent)
  const comeBack = ['npx longwire chat --session', session.id, ...flags(url, trace)].join(' ')
  const error = await new Talk({
    client,
    session,
    terminal,
    agent,
    comeBack,
    isForTool: isForTool(session, tool),
  }).run()
  if (error) throw error
  return 'ok'
}

async function piped(client: Client, session: Session, options: ChatOptions, terminal: Terminal): Promise<Exit> {
  const { url, json, wait, tool } = options
  const answerWith = ['npx longwire answer', session.id, ...flags(url, 'milestone')].join(' ')
  const exit = await pipedTalk({
    client,
    session,
    terminal,
    asJson: json === true,
    waits: wait === true,
    isForTool: isForTool(session, tool),
    answerWith,
  })
  if (!options.json) warn(terminal, `session ${session.id}`)
  return exit
}

function flags(url: string, trace: Level): string[] {
  return [...(url === DEFAULT_URL ? [] : ['--url', url]), ...(trace === 'milestone' ? [] : ['--trace', trace])]
}

export const DEFAULT_URL = 'http://127.0.0.1:8787'

async function chooseAgent(
  agents: readonly AgentInfo[],
  asked: string | undefined,
  terminal: Terminal,
): Promise<string> {
  const names = agents.map(({ name }) => name)
  if (asked !== undefined) {
    if (names.includes(asked)) return asked
    throw new CommandFailure('not_found', `this server has no agent ${asked}`, `It has ${names.join(', ') || 'none'}.`)
  }
  if (names.length === 0) throw new CommandFailure('not_found', 'this server has no agents')
  if (names.length === 1) return names[0]!
  if (isInteractive(terminal)) return askForAgent(agents, terminal)
  throw new CommandFailure('usage', 'this server has several agents', `Say which: longwire chat ${names.join(' | ')}`)
}

async function askForAgent(agents: readonly AgentInfo[], terminal: Terminal): Promise<string> {
  const { style, input, output } = terminal
  write(terminal, '')
  for (const [at, { name, description }] of agents.entries()) {
    write(terminal, `  ${style.cyan(`${at + 1}`)}  ${style.bold(name)}  ${style.dim(description ?? '')}`)
  }
  const lines = createInterface({ input, output })
  const gone = new Promise<never>((_, reject) => {
    const leave = () => reject(new CommandFailure('interrupted', 'no agent was chosen'))
    lines.once('close', leave).once('SIGINT', leave)
  })
  gone.catch(() => {})
  try {
    for (;;) {
      const answer = (await Promise.race([lines.question('\n  Talk to which? '), gone])).trim()
      const chosen = agents[Number(answer) - 1] ?? agents.find(({ name }) => name === answer)
      if (chosen) return chosen.name
    }
  } finally {
    lines.close()
  }
}

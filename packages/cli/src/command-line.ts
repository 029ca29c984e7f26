import { readFileSync } from 'node:fs'
import type { Json } from '@longwire/protocol'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { addAuthCommands } from './auth-commands.ts'
import { agents } from './commands/agents.ts'
import { answer } from './commands/answer.ts'
import { chat, DEFAULT_URL } from './commands/chat.ts'
import { requests } from './commands/requests.ts'
import { sessions } from './commands/sessions.ts'
import { tail } from './commands/tail.ts'
import { CommandFailure, EXITS, type Exit } from './exit-codes.ts'
import { addClusterOptions, addNodeCommands } from './node-commands.ts'
import { addAuthOptions } from './serving/auth-options.ts'
import { addLimitOptions } from './serving/limit-options.ts'
import { styleOf, type Terminal, warn } from './terminal/terminal.ts'

/** Runs one command line. Resolves with the code to end the process with; nothing is thrown. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let exit: Exit = 'ok'
  const program = commandLine(terminal, (done) => {
    exit = done
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return EXITS[exit].code
  } catch (error) {
    return codeOf(error, terminal)
  }
}

function codeOf(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXITS.ok.code : EXITS.usage.code
  const style = styleOf(terminal.errors, terminal.env)
  if (!(error instanceof CommandFailure)) {
    warn(terminal, `${style.red('error')} ${(error as Error).stack ?? error}`)
    return EXITS.failed.code
  }
  warn(terminal, `${style.red('error')} ${error.message}`)
  if (error.hint) warn(terminal, style.dim(`      ${error.hint}`))
  return EXITS[error.exit].code
}

type Done = (exit: Exit) => void

function commandLine(terminal: Terminal, done: Done): Command {
  const program = new Command('longwire')
    .description('A live line between people and agents: serve agents, talk to them, leave, and come back.')
    .version(version(), '-v, --version')
    .helpOption('-h, --help', 'show this')
    .helpCommand('help [command]', 'show what a command does')
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('(longwire --help shows what there is)')
    .configureHelp({ sortSubcommands: false, helpWidth: Math.min(100, terminal.output.columns ?? 80) })
    .configureOutput({
      writeOut: (text) => terminal.output.write(text),
      writeErr: (text) => terminal.errors.write(text),
      getOutHasColors: () => terminal.style.isColorSupported,
    })
    .addHelpText('after', `\n${exitTable()}`)

  const url = () =>
    new Option('--url <url>', 'where the server is').default(DEFAULT_URL).env('LONGWIRE_URL').argParser(addressOf)
  const trace = () =>
    new Option('--trace <level>', "how closely to follow the agent's work")
      .choices(['milestone', 'step', 'detail', 'debug'])
      .default('milestone')
  const json = (what: string) => new Option('--json', what)
  const host = () => new Option('--host <address>', 'address to listen on').default('127.0.0.1').env('HOST')
  const port = () =>
    new Option('--port <number>', 'port to listen on; 0 takes any that is free')
      .default(8787)
      .env('PORT')
      .argParser(portOf)
  const data = () => new Option('--data <dir>', 'folder of the session log').default('.longwire').env('LONGWIRE_DATA')
  const store = () =>
    new Option(
      '--store <url>',
      'PostgreSQL for the session log, instead of a folder: postgres://user@host/database',
    ).env('LONGWIRE_STORE')
  const agentcore = () =>
    new Option('--agentcore', 'be the container of AgentCore: 0.0.0.0:8080, and the platform says who asks')
  const alias = () =>
    new Option('--alias <name=agent>', 'a name by which other protocols call an agent; may be repeated')
      .argParser(aliasOf)
      .default({}, 'none')
  const workers = () =>
    new Option('--workers <number>', 'worker threads for each agent file').default(1).argParser(workersOf)
  const durability = () =>
    new Option('--durability <level>', 'what the log survives: the death of the process, or the loss of power as well')
      .choices(['process', 'power'])
      .default(terminal.env.NODE_ENV === 'production' ? 'power' : 'process')

  addLimitOptions(addClusterOptions(addAuthOptions(program.command('serve'))))
    .summary('serve agents')
    .description('Serves the agents of these files and folders. Without any: of ./agent.ts, or of ./agents.')
    .argument('[files...]', 'agent files, or folders with agents')
    .addOption(port())
    .addOption(host())
    .addOption(data())
    .addOption(durability())
    .addOption(store())
    .addOption(workers())
    .addOption(agentcore())
    .addOption(alias())
    .option('--quiet', 'say nothing but what goes wrong')
    .addOption(json('one line of JSON when it listens, and the log as JSON on the error stream'))
    .addHelpText(
      'after',
      examples([
        ['longwire serve', 'the agents of this folder'],
        ['longwire serve examples/market-analyst --port 9000 --data ./d', 'one agent, elsewhere'],
        ['longwire serve a.ts b.ts', 'two agents'],
        ['longwire serve agent.ts --agentcore', 'as the container behind AgentCore'],
        ['longwire serve --store postgres://db --bus nats://bus', 'one node of several'],
      ]),
    )
    .addHelpText('after', '\nCtrl-C stops it gently: running turns may end first. A second one stops it at once.')
    .action(async (files, options, command) => {
      const { serve } = await import('./commands/serve.ts') // the server is big: only who serves waits for it
      done(await serve(files, listeningAs(options, command), terminal))
    })

  program
    .command('dev')
    .summary('serve agents, and again whenever they change')
    .description('Serves agents, and serves them anew when a file in one of their folders changes. Sessions stay.')
    .argument('[files...]', 'agent files, or folders with agents')
    .addOption(port())
    .addOption(host())
    .addOption(data())
    .addOption(durability())
    .addOption(workers())
    .addHelpText('after', examples([['longwire dev examples/market-analyst', 'then edit, and go on talking']]))
    .action(async (files, options) => {
      const { dev } = await import('./commands/dev.ts')
      done(await dev(files, options, terminal))
    })

  program
    .command('chat')
    .summary('talk with an agent')
    .description('Talks with an agent in this terminal. Questions that come from a pipe are answered as plain text.')
    .argument('[agent]', 'the agent to talk with, where the server has several')
    .option('--session <id>', 'come back to this session')
    .addOption(
      new Option(
        '--tool <name=command>',
        'run this command where the agent asks this terminal for that tool; may be repeated',
      )
        .argParser(commandOf)
        .default({}, 'none'),
    )
    .option('--wait', 'where no person sits at the terminal: wait until somebody answers what the agent asks')
    .addOption(url())
    .addOption(trace())
    .addOption(json('every event as one line of JSON; questions are read line by line'))
    .addHelpText(
      'after',
      examples([
        ['longwire chat', 'with the only agent there is'],
        ['longwire chat market-analyst --trace step', 'and see each step it takes'],
        ['longwire chat --session ID', 'come back to a conversation'],
        ['echo "How did energy do?" | longwire chat 2>/dev/null', 'only the answer'],
        ['longwire chat --tool "clock=date +%T"', 'the agent may ask this terminal for the time'],
      ]),
    )
    .addHelpText(
      'after',
      '\nKeys: Enter sends, and queues while a turn runs; !text joins the running turn, !!text breaks in. /help shows all.\nCtrl-C stops the running turn, a second one leaves. Ctrl-D leaves.\nA tool gets its input as JSON on the input stream; what it writes is its result: JSON, or plain text.',
    )
    .action(async (agent, options) => done(await chat(agent, options, terminal)))

  program
    .command('requests')
    .summary('list what agents ask and wait for')
    .description('Lists the requests that wait for a person: of one session, or of all of your own.')
    .argument('[session]', 'only those of this session')
    .addOption(url())
    .addOption(json('each request as one line of JSON'))
    .action(async (session, options) => done(await requests(session, options, terminal)))

  program
    .command('answer')
    .summary('answer what an agent asks')
    .description('Answers a request of an agent. The first answer wins; a later one is told so.')
    .argument('<session>', 'the id of the session')
    .argument('[request]', 'the id of the request, where several are open')
    .option('--approve', 'approve it')
    .option('--deny', 'deny it')
    .option('--reason <text>', 'why, with --approve and --deny')
    .addOption(new Option('--input <json>', 'with --approve: run it with this input instead').argParser(jsonOf))
    .addOption(new Option('--content <json>', 'what was filled in, chosen or done').argParser(jsonOf))
    .option('--decline', 'say no to a form, a choice or a client-side tool')
    .option('--cancel', 'send it away')
    .addOption(url())
    .addHelpText(
      'after',
      examples([
        ['longwire answer SESSION --approve', 'the only open request of that session'],
        [`longwire answer SESSION REQUEST --approve --input '{"quantity":3}'`, 'with another input'],
        ['longwire answer SESSION REQUEST --deny --reason "too big"', 'the agent reads why'],
        [`longwire answer SESSION REQUEST --content '{"region":"Europe"}'`, 'a form, a choice'],
      ]),
    )
    .action(async (session, request, options) => done(await answer(session, request, options, terminal)))

  program
    .command('tail')
    .summary('follow the events of a session')
    .description('Prints the events of a session, those that were and those that come, until it is closed.')
    .argument('<session>', 'the id of the session')
    .addOption(new Option('--after <place>', 'begin after this place: "17", or "17.3"').default('0'))
    .addOption(trace())
    .addOption(url())
    .addOption(json('each event as one line of JSON'))
    .addHelpText(
      'after',
      examples([
        ['longwire tail ID', 'from the beginning'],
        ['longwire tail ID --after 17 --trace debug --json', 'what came after commit 17, all of it'],
      ]),
    )
    .action(async (session, options) => done(await tail(session, options, terminal)))

  program
    .command('sessions')
    .summary('list your sessions')
    .description('Lists your sessions, newest first.')
    .option('--agent <name>', 'only those with this agent')
    .addOption(new Option('--status <status>', 'only those').choices(['idle', 'running', 'waiting', 'closed']))
    .option('--search <text>', 'only those whose title or beginning contains it')
    .option('--all', 'every page, not the first one only')
    .addOption(url())
    .addOption(json('each session as one line of JSON'))
    .addHelpText('after', examples([['longwire sessions --status running --json', 'what goes on now']]))
    .action(async (options) => done(await sessions({ ...options, q: options.search }, terminal)))

  program
    .command('agents')
    .summary('list the agents of a server')
    .description('Lists the agents that the server hosts, what they think with, and their tools.')
    .addOption(url())
    .addOption(json('each agent as one line of JSON'))
    .action(async (options) => done(await agents(options, terminal)))

  addNodeCommands(program, url, terminal, done)
  addAuthCommands(program, terminal, done)
  return program
}

function examples(rows: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...rows.map(([command]) => command.length))
  return `\nExamples:\n${rows.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`).join('\n')}`
}

function exitTable(): string {
  const rows = Object.values(EXITS).map(({ code, says }) => `  ${`${code}`.padEnd(5)}${says}`)
  return `Exit codes:\n${rows.join('\n')}`
}

function addressOf(text: string): string {
  const withScheme = /^https?:\/\//.test(text) ? text : `http://${text}`
  if (!URL.canParse(withScheme)) throw new InvalidArgumentError('It is not the address of a server.')
  return withScheme
}

function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.')
  return port
}

function workersOf(text: string): number {
  const workers = Number(text)
  if (!/^\d+$/.test(text) || workers < 1 || workers > 64)
    throw new InvalidArgumentError('Workers are a number from 1 to 64.')
  return workers
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}

/** A container listens where its platform looks for it, unless told otherwise. */
function listeningAs<T extends { readonly agentcore?: boolean }>(options: T, command: Command): T {
  if (!options.agentcore) return options
  const isGiven = (name: string) => command.getOptionValueSource(name) !== 'default'
  const where = { ...(isGiven('host') ? {} : { host: '0.0.0.0' }), ...(isGiven('port') ? {} : { port: 8080 }) }
  return { ...options, ...where, container: true }
}

function aliasOf(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, name, agent] = /^([^=]+)=(.+)$/s.exec(text) ?? []
  if (name === undefined || agent === undefined) throw new InvalidArgumentError('Write it as name=agent.')
  return { ...before, [name]: agent }
}

function commandOf(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, name, command] = /^([\w-]+)=(.+)$/s.exec(text) ?? []
  if (name === undefined || command === undefined) throw new InvalidArgumentError('Write it as name=command.')
  return { ...before, [name]: command }
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}

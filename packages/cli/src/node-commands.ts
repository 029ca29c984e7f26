import { type Command, Option } from 'commander'
import { drain, nodes } from './commands/nodes.ts'
import type { Exit } from './exit-codes.ts'
import type { Terminal } from './terminal/terminal.ts'

/** How a server is one of several that share a store. */
export function addClusterOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--bus <url>', 'with --store: NATS, over which nodes that share it hear each other: nats://host').env(
        'LONGWIRE_BUS',
      ),
    )
    .addOption(
      new Option('--node <name>', 'with --store: what to call this node; the same after a restart').env(
        'LONGWIRE_NODE',
      ),
    )
}

/** What operators do with the nodes that share a store. `url` makes the option that says where one of them is. */
export function addNodeCommands(
  program: Command,
  url: () => Option,
  terminal: Terminal,
  done: (exit: Exit) => void,
): void {
  const group = program
    .command('nodes')
    .summary('list the nodes that share a log, and empty one')
    .description('Lists the nodes that share a log: the sessions and turns of each, and how late it is.')
    .addOption(url())
    .option('--json', 'each node as one line of JSON')
    .action(async (options) => done(await nodes(options, terminal)))
  group
    .command('drain')
    .summary('let a node give up its sessions')
    .description('Lets a node give its sessions to the others and take no more. It goes on serving its clients.')
    .argument('<name>', 'the name of the node')
    .action(async (name, _, command) => done(await drain(name, true, command.optsWithGlobals(), terminal)))
  group
    .command('undrain')
    .summary('let a node take sessions again')
    .argument('<name>', 'the name of the node')
    .action(async (name, _, command) => done(await drain(name, false, command.optsWithGlobals(), terminal)))
}

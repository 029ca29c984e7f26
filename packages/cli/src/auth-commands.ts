import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Exit } from './exit-codes.ts'
import type { Terminal } from './terminal/terminal.ts'

/** `longwire keys …` and `longwire auth …`: who may enter a server, and why somebody may not. */
export function addAuthCommands(program: Command, terminal: Terminal, done: (exit: Exit) => void): void {
  const data = () => new Option('--data <dir>', 'folder of the session log').default('.longwire').env('LONGWIRE_DATA')
  const json = (what: string) => new Option('--json', what)

  const keys = program
    .command('keys')
    .summary('make, list and revoke keys')
    .description('The keys that open a server, kept in its data folder.')
  keys
    .command('create')
    .summary('make a key')
    .description('Makes a key and shows it, once. A running server knows it at once.')
    .requiredOption('--principal <name>', 'whom it stands for')
    .addOption(
      new Option('--kind <kind>', 'sigv4: requests are signed with it; api: it is shown as it is')
        .choices(['sigv4', 'api'])
        .default('sigv4'),
    )
    .addOption(
      new Option('--role <name>', 'what it may do beyond its own sessions; may be repeated')
        .argParser(listOf)
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--expires-in <seconds>',
        'when it ends by itself; one that signs gets a session token then',
      ).argParser(secondsOf),
    )
    .addOption(data())
    .addOption(json('the key as one line of JSON'))
    .action(async (options) => done(await (await keyCommands()).keysCreate(options, terminal)))
  keys
    .command('list')
    .summary('list keys')
    .description('Lists the keys, without what makes them keys.')
    .addOption(data())
    .addOption(json('each key as one line of JSON'))
    .action(async (options) => done(await (await keyCommands()).keysList(options, terminal)))
  keys
    .command('revoke')
    .summary('revoke a key')
    .description('Takes a key out. A running server lets go of the lines that rest on it within a second.')
    .argument('<id>', 'the id of the key, as list shows it')
    .addOption(data())
    .addOption(json('one line of JSON'))
    .action(async (id, options) => done(await (await keyCommands()).keysRevoke(id, options, terminal)))

  const auth = program
    .command('auth')
    .summary('find out why a signature is refused')
    .description('What an operator asks when somebody is not let in.')
  auth
    .command('explain')
    .summary('check a signed request, and show what was compared')
    .description(
      'Says of a signed request whether a server would take it, why not, and what it compared. The file is a case as in spec/cases/sigv4.json: method, url, headers, credentials, region, service, now, and body where there is one.',
    )
    .requiredOption('--request <file>', 'the request as JSON; - reads it from the input stream')
    .addOption(json('one line of JSON: verdict, code, reason, hints, canonicalRequest, stringToSign'))
    .addHelpText('after', '\nEnds with 0 whatever the verdict is, and with 2 where the file is no request.')
    .action(async (options) => {
      const { authExplain } = await import('./commands/auth-explain.ts')
      done(await authExplain(options, terminal))
    })
}

/** The server is big: only who needs it waits for it. */
function keyCommands() {
  return import('./commands/keys.ts')
}

function listOf(text: string, before: readonly string[]): readonly string[] {
  return [...before, text]
}

function secondsOf(text: string): number {
  const seconds = Number(text)
  if (!/^\d{1,9}$/.test(text) || seconds < 1) throw new InvalidArgumentError('Seconds are a whole number from 1.')
  return seconds
}

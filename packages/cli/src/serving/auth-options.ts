import type { AuthSettings, ServerOptions, VerifierName } from '@longwire/server'
import { type Command, InvalidArgumentError, Option } from 'commander'

/** What the command line says of who may enter. */
export interface AuthFlags {
  readonly auth?: readonly VerifierName[]
  readonly sigv4Region?: string
  readonly sigv4SingleUse?: boolean
}

const NAMES = ['sigv4', 'jwt', 'ticket', 'key', 'dev'] as const satisfies readonly VerifierName[]

/** Adds the options of who may enter to a command that serves. */
export function addAuthOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--auth <list>',
        `who may enter, by commas: ${NAMES.join(', ')}; on 127.0.0.1 without it: this machine`,
      ).argParser(namesOf),
    )
    .addOption(
      new Option('--sigv4-region <region>', 'take only requests signed for this region').env('LONGWIRE_SIGV4_REGION'),
    )
    .addOption(new Option('--sigv4-single-use', 'take an address that carries its signature once'))
}

/** The same as settings of the server. */
export function authSettingsOf({ auth, sigv4Region, sigv4SingleUse }: AuthFlags): Pick<ServerOptions, 'auth'> {
  const settings: AuthSettings = { use: auth, sigv4: { region: sigv4Region, singleUse: sigv4SingleUse } }
  return { auth: settings }
}

function namesOf(text: string): readonly VerifierName[] {
  const names = text.split(',').map((name) => name.trim())
  const odd = names.find((name) => !(NAMES as readonly string[]).includes(name))
  if (odd !== undefined) throw new InvalidArgumentError(`"${odd}" is none of ${NAMES.join(', ')}.`)
  return names as VerifierName[]
}

import type { AuthSettings, JwtSettings, ServerOptions, VerifierName } from '@longwire/server'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { pino } from 'pino'
import { CommandFailure } from '../exit-codes.ts'

/** What the command line says of who may enter, and by which way. */
export interface AuthFlags {
  readonly auth?: readonly VerifierName[]
  readonly sigv4Region?: string
  readonly sigv4SingleUse?: boolean
  readonly jwtIssuer?: string
  readonly jwtDiscovery?: string
  readonly jwtAudience?: readonly string[]
  readonly jwtClient?: readonly string[]
  readonly jwtScope?: readonly string[]
  readonly jwtClaim?: Readonly<Record<string, readonly string[]>>
  readonly jwtPrincipalClaim?: string
  readonly jwtRolesClaim?: string
  readonly jwtAlgorithms?: readonly string[]
  readonly access?: string
  readonly origin?: readonly string[]
  readonly trustedProxy?: readonly string[]
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly audit?: string
}

const NAMES = ['sigv4', 'jwt', 'ticket', 'key', 'dev'] as const satisfies readonly VerifierName[]

/** Adds the options of who may enter to a command that serves. */
export function addAuthOptions(command: Command): Command {
  const several = (flags: string, says: string) => new Option(flags, `${says}; may be repeated`).argParser(listOf)
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
    .option('--sigv4-single-use', 'take an address that carries its signature once')
    .option('--jwt-issuer <url>', 'who makes the tokens')
    .option('--jwt-discovery <url>', 'its discovery document, where that is not below the issuer')
    .addOption(several('--jwt-audience <name>', 'tokens are for one of these (aud)'))
    .addOption(several('--jwt-client <id>', 'tokens were given to one of these (client_id)'))
    .addOption(several('--jwt-scope <scope>', 'tokens have one of these'))
    .addOption(new Option('--jwt-claim <name=value>', 'tokens have this claim; may be repeated').argParser(claimOf))
    .option('--jwt-principal-claim <name>', 'the claim that names the principal: sub unless given')
    .option('--jwt-roles-claim <name>', 'the claim that lists roles')
    .addOption(new Option('--jwt-algorithms <list>', 'signatures that are taken, by commas').argParser(byCommas))
    .addOption(new Option('--access <file>', 'what roles may see, as JSON: docs/guides/security.md'))
    .addOption(several('--origin <origin>', 'pages of this origin may use the server'))
    .addOption(several('--trusted-proxy <network>', 'believe what this proxy says of addresses: 10.0.0.0/8'))
    .option('--tls-cert <file>', 'listen with TLS; read again when it changes')
    .option('--tls-key <file>', 'the key of the certificate')
    .option('--audit <file>', 'where handshakes, approvals and refusals are written down; in the log unless given')
}

/** Reads what roles may see. It needs the server, which only a command that serves loads. */
type ReadAccess = (file: string) => NonNullable<AuthSettings['visibility']>

type AuthOptions = Pick<ServerOptions, 'auth' | 'origins' | 'trustedProxies' | 'tls' | 'audit'>

/** The same as options of the server. */
export function authOptionsOf(flags: AuthFlags, readAccess: ReadAccess): AuthOptions {
  const { auth: use, sigv4Region: region, sigv4SingleUse: singleUse, access } = flags
  const { audit, tlsCert: cert, tlsKey: key, origin: origins, trustedProxy: trustedProxies } = flags
  const auth: AuthSettings = {
    use,
    sigv4: { region, singleUse },
    jwt: jwtOf(flags),
    visibility: access === undefined ? undefined : readAccess(access),
  }
  return {
    auth,
    ...(origins === undefined ? {} : { origins }),
    ...(trustedProxies === undefined ? {} : { trustedProxies }),
    ...tlsOf(cert, key),
    ...(audit === undefined
      ? {}
      : { audit: pino({}, pino.destination({ dest: audit, append: true, mkdir: true, mode: 0o600 })) }),
  }
}

function tlsOf(cert: string | undefined, key: string | undefined): Pick<ServerOptions, 'tls'> {
  if (cert === undefined && key === undefined) return {}
  if (cert === undefined || key === undefined) throw new CommandFailure('usage', '--tls-cert and --tls-key go together')
  return { tls: { cert, key } }
}

function jwtOf(flags: AuthFlags): JwtSettings {
  return {
    issuer: flags.jwtIssuer,
    discoveryUrl: flags.jwtDiscovery,
    audiences: flags.jwtAudience,
    clients: flags.jwtClient,
    scopes: flags.jwtScope,
    claims: flags.jwtClaim,
    principalClaim: flags.jwtPrincipalClaim,
    rolesClaim: flags.jwtRolesClaim,
    algorithms: flags.jwtAlgorithms,
  }
}

function namesOf(text: string): readonly VerifierName[] {
  const names = byCommas(text)
  const odd = names.find((name) => !(NAMES as readonly string[]).includes(name))
  if (odd !== undefined) throw new InvalidArgumentError(`"${odd}" is none of ${NAMES.join(', ')}.`)
  return names as readonly VerifierName[]
}

function byCommas(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim())
}

function listOf(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

function claimOf(
  text: string,
  before: Readonly<Record<string, readonly string[]>> = {},
): Readonly<Record<string, readonly string[]>> {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write it as name=value.')
  return { ...before, [name]: [...(before[name] ?? []), value] }
}

import { createKey, type ListedKey, listKeys, type MadeKey, revokeKey } from '@longwire/server'
import { CommandFailure, type Exit } from '../exit-codes.ts'
import { type Terminal, warn, write } from '../terminal/terminal.ts'

interface KeyOptions {
  readonly data: string
  readonly json?: boolean
}

export interface CreateKeyOptions extends KeyOptions {
  readonly principal: string
  readonly kind: 'sigv4' | 'api'
  readonly role: readonly string[]
  readonly expiresIn?: number
}

/** Makes a key and shows it, once. */
export async function keysCreate(options: CreateKeyOptions, terminal: Terminal): Promise<Exit> {
  const { data, principal, kind, role, expiresIn, json } = options
  const wanted = { kind, principal, roles: role, ...(expiresIn === undefined ? {} : { expiresIn }) }
  const made = await inData(() => createKey(data, wanted))
  if (json) write(terminal, JSON.stringify(made))
  else for (const line of shown(made)) write(terminal, line)
  if (!json) warn(terminal, terminal.style.dim('\nKeep it now: it is not shown again.'))
  return 'ok'
}

export async function keysList({ data, json }: KeyOptions, terminal: Terminal): Promise<Exit> {
  const keys = await inData(async () => listKeys(data))
  for (const key of keys) write(terminal, json ? JSON.stringify(key) : listed(key))
  if (keys.length === 0 && !json) warn(terminal, `no keys in ${data}`)
  return 'ok'
}

export async function keysRevoke(id: string, { data, json }: KeyOptions, terminal: Terminal): Promise<Exit> {
  const wasThere = await inData(() => revokeKey(data, id))
  if (!wasThere) throw new CommandFailure('not_found', `there is no key ${id} in ${data}`)
  write(
    terminal,
    json
      ? JSON.stringify({ id, revoked: true })
      : `revoked ${id}: a server that runs on ${data} lets go of its lines now`,
  )
  return 'ok'
}

async function inData<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new CommandFailure('data_unusable', (cause as Error).message, undefined, { cause })
  }
}

function shown(made: MadeKey): readonly string[] {
  const rows =
    'key' in made
      ? [['key', made.key]]
      : [
          ['access key id', made.accessKeyId],
          ['secret access key', made.secretAccessKey],
          ...(made.sessionToken === undefined ? [] : [['session token', made.sessionToken]]),
        ]
  const ends = made.expiresAt === undefined ? [] : [['ends', new Date(made.expiresAt).toISOString()]]
  return [['principal', made.principal], ['roles', made.roles.join(', ') || 'none'], ...rows, ...ends].map(
    ([name, value]) => `${name!.padEnd(20)}${value}`,
  )
}

function listed({ kind, id, principal, roles, createdAt, expiresAt }: ListedKey): string {
  const ends = expiresAt === undefined ? '' : `  ends ${new Date(expiresAt).toISOString()}`
  const may = roles.length > 0 ? `  ${roles.join(',')}` : ''
  return `${id}  ${kind}  ${principal}${may}  made ${new Date(createdAt).toISOString()}${ends}`
}

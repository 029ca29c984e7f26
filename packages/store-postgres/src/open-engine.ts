import { randomUUID } from 'node:crypto'
import { StoreUnavailable } from '@longwire/store'
import { Client, type ClientConfig } from 'pg'
import { type Address, addressOf, redactedAddress } from './address.ts'
import { delay, Engine, pauseAfter } from './engine.ts'
import { type PostgresStoreOptions, type Settings, settingsOf } from './options.ts'
import { isTlsTrouble, saysNoTls, troubleOf } from './trouble.ts'

export interface OpenedEngine {
  readonly engine: Engine
  readonly settings: Settings
  /** What an operator should know of this database, a sentence each. */
  readonly notes: readonly string[]
}

const NO_WAY_IN = '28000'
/** What a pooler says that will not pass a setting on. */
const UNSUPPORTED = /unsupported startup parameter/

/** Finds out how to talk to the database, and whether it can keep a log. Rejects with `StoreUnavailable`, never with the password. */
export async function openEngine(options: PostgresStoreOptions): Promise<OpenedEngine> {
  const settings = settingsOf(options)
  const address = addressOf(options.url, options.tls)
  const where = redactedAddress(options.url)
  const deadline = performance.now() + settings.patienceMs
  for (let failures = 1; ; failures += 1) {
    try {
      return await look(address, options, settings)
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error
      const trouble = troubleOf(error)
      const pause = pauseAfter(failures)
      if (isTlsTrouble(error)) throw refused(where, tlsAdvice(error), error)
      if (trouble.kind === 'refused' || performance.now() + pause > deadline) throw refused(where, trouble.says, error)
      await delay(pause)
    }
  }

  function refused(at: string, says: string, cause: unknown): StoreUnavailable {
    const trouble = troubleOf(cause)
    const fault = trouble.kind === 'refused' ? trouble.fault : 'unavailable'
    return new StoreUnavailable(fault, `cannot use the database ${at}: ${says}`, { cause })
  }
}

function tlsAdvice(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error)
  if (saysNoTls(error))
    return 'it has no TLS: switch it on there, or ask for sslmode=disable on a network that you trust'
  return `its certificate is not one to trust: name the authority with sslrootcert=FILE (${said})`
}

async function look(address: Address, options: PostgresStoreOptions, settings: Settings): Promise<OpenedEngine> {
  const { connection, client } = await firstConnection(address, settings)
  try {
    const { rows } = await client.query(`SELECT
      current_setting('server_encoding') AS encoding, current_setting('synchronous_commit', true) AS commits,
      current_setting('fsync', true) AS fsync`)
    const { encoding, commits, fsync } = rows[0]
    if (!/^UTF-?8$/i.test(encoding)) {
      const says = `its encoding is ${encoding}, which does not hold every text: create it with ENCODING 'UTF8'`
      throw new StoreUnavailable('unwritable', `cannot use the database ${redactedAddress(options.url)}: ${says}`)
    }
    const isDirect = options.pooler === undefined ? !(await isPooled(client, connection)) : options.pooler === 'none'
    const notes = [
      ...(isDirect ? [] : ['a pooler in transaction mode is between: statements are not prepared']),
      ...(commits === 'off'
        ? ['synchronous_commit is off: what was acknowledged can be lost when the database crashes']
        : []),
      ...(fsync === 'off'
        ? ['fsync is off: the log can be lost, or damaged, when the machine of the database goes down']
        : []),
    ]
    return { engine: new Engine({ connection, settings, isDirect }), settings, notes }
  } finally {
    client.end().catch(() => {})
  }
}

/** Tries the ways that the address allows, in their order. */
async function firstConnection(
  { ways, ...address }: Address,
  { statementMs }: Settings,
): Promise<{ connection: ClientConfig; client: Client }> {
  let first: unknown
  for (const ssl of ways) {
    const connection: ClientConfig = { ...address, ssl, application_name: 'longwire' } as ClientConfig
    try {
      return { connection, client: await connect(connection, statementMs) }
    } catch (error) {
      first ??= error
      const isWrongWay = saysNoTls(error) || (error as { code?: string }).code === NO_WAY_IN
      if (!isWrongWay) throw error
    }
  }
  throw first
}

async function connect(connection: ClientConfig, statementMs: number): Promise<Client> {
  const client = new Client({ ...connection, connectionTimeoutMillis: statementMs, query_timeout: statementMs })
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    client.end().catch(() => {})
    throw error
  }
}

/**
 * Whether connections are shared from transaction to transaction: then what one sets, another finds, or the one that set
 * it does not. Also a pooler that does not pass on the settings of a connection counts.
 */
async function isPooled(client: Client, connection: ClientConfig): Promise<boolean> {
  const mark = randomUUID()
  const read = `SELECT coalesce(current_setting('longwire.mark', true), '') AS mark`
  await client.query(`SELECT set_config('longwire.mark', $1, false)`, [mark])
  let other: Client
  try {
    other = await connect({ ...connection, statement_timeout: 60_000 }, 5_000)
  } catch (error) {
    if (error instanceof Error && UNSUPPORTED.test(error.message)) return true
    throw error
  }
  try {
    const [there, here] = [await other.query(read), await client.query(read)]
    return there.rows[0].mark === mark || here.rows[0].mark !== mark
  } finally {
    other.end().catch(() => {})
  }
}

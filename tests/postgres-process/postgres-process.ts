// A real PostgreSQL of a test's own, on loopback, with every sync that it has: to be stopped, killed, frozen and started again.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { Client } from 'pg'
import { postgresPrograms, unprivilegedUser } from './postgres-programs.ts'

export interface PostgresOptions {
  /** Settings of `postgresql.conf`, over the harness's own. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Offers TLS with a certificate of its own making for 127.0.0.1, which `certificate` then names. */
  readonly tls?: boolean
  /** Takes the place of `pg_hba.conf`. */
  readonly access?: string
}

export interface PostgresAddress {
  readonly database?: string
  readonly user?: string
  readonly password?: string
  /** Another port on 127.0.0.1: that of a proxy. */
  readonly port?: number
}

const USER = 'longwire'
/** With every character that has to be escaped in a URL. */
const PASSWORD = 'pä:s/s@w%rd?'

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  full_page_writes: 'on',
  shared_buffers: '32MB',
  max_connections: 100,
  // For those who restore: there is no archive to restore from.
  restore_command: 'false',
  log_statement: 'none',
}

const running = new Set<PostgresProcess>()
process.once('exit', () => {
  for (const postgres of running) postgres.abandon()
})

/** Begins stopped; `PostgresProcess.start` is the way in. */
export class PostgresProcess {
  readonly port: number
  readonly directory: string
  readonly #programs: string
  readonly #settings: Record<string, string | number>
  #server: ChildProcess | undefined
  #guard: ChildProcess | undefined
  #databases = 0

  /** Makes a cluster of databases in a temporary folder, and starts it. */
  static async start(options: PostgresOptions = {}): Promise<PostgresProcess> {
    const programs = postgresPrograms()
    if (!programs) throw new Error('there is no PostgreSQL on this machine: install it, or set LONGWIRE_POSTGRES')
    const postgres = new PostgresProcess(programs, await freePort(), options)
    try {
      await postgres.start()
    } catch (cause) {
      await postgres.close()
      throw cause
    }
    return postgres
  }

  private constructor(programs: string, port: number, { settings, tls, access }: PostgresOptions) {
    this.#programs = programs
    this.port = port
    this.directory = mkdtempSync(join(tmpdir(), 'longwire-postgres-'))
    this.#settings = { ...SETTINGS, port, ...(tls ? { ssl: 'on' } : {}), ...settings }
    const user = unprivilegedUser()
    const passwordFile = join(this.directory, 'password')
    writeFileSync(passwordFile, `${PASSWORD}\n`)
    if (user) for (const path of [this.directory, passwordFile]) chownSync(path, user.uid, user.gid)
    const how = ['--no-sync', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C']
    const where = [`--pgdata=${this.#data}`, `--username=${USER}`, `--pwfile=${passwordFile}`]
    execFileSync(join(programs, 'initdb'), [...how, ...where], { ...user, cwd: this.directory, stdio: 'pipe' })
    if (tls) this.#makeCertificate(user)
    if (access !== undefined) writeFileSync(join(this.#data, 'pg_hba.conf'), access)
  }

  get #data(): string {
    return join(this.directory, 'data')
  }

  /** The certificate that it shows, in PEM. */
  get certificate(): string {
    return join(this.#data, 'server.crt')
  }

  get pid(): number {
    const pid = this.#server?.pid
    if (pid === undefined) throw new Error('this Postgres does not run')
    return pid
  }

  url({ database = 'postgres', user = USER, password = PASSWORD, port = this.port }: PostgresAddress = {}): string {
    return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`
  }

  /** Makes an empty database, and answers its name. */
  async createDatabase(): Promise<string> {
    const name = `test_${++this.#databases}`
    await this.query(`CREATE DATABASE ${name}`)
    return name
  }

  /** Runs one statement as the one who may do everything. */
  async query(sql: string, database?: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.url(database === undefined ? {} : { database }) })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }

  /** Starts it again after `stop` or `kill`; resolves once it takes connections. */
  async start(): Promise<void> {
    const settings = Object.entries(this.#settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    for (let tries = 0; ; tries += 1) {
      const said = await this.#launch(['-D', this.#data, ...settings])
      if (said === undefined) break
      // What a killed postmaster leaves behind ends by itself, each part when it notices.
      const isLeftover = /pre-existing shared memory block|lock file .* already exists/s.test(said)
      if (!isLeftover || tries === 100) throw new Error(`Postgres does not start:\n${said}`)
      await delay(50)
    }
    this.#guard = guardOf(this.pid)
    running.add(this)
  }

  /** Undefined once it takes connections, or what it said before it ended. */
  async #launch(args: readonly string[]): Promise<string | undefined> {
    const server = spawn(join(this.#programs, 'postgres'), args, {
      ...unprivilegedUser(),
      cwd: this.directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#server = server
    let said = ''
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000)
    })
    const ended = once(server, 'close').then(() => said)
    for (;;) {
      const outcome = await Promise.race([ended, this.#answers()])
      if (outcome === true) break
      if (outcome !== false) return outcome
      await delay(20)
    }
    server.unref()
    unref(server.stderr)
    return undefined
  }

  async #answers(): Promise<boolean> {
    try {
      await this.query('SELECT 1')
      return true
    } catch {
      return false
    }
  }

  /** `fast` ends every connection and writes all down; `immediate` leaves that to the next start. */
  async stop(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.#end(how === 'fast' ? 'SIGINT' : 'SIGQUIT')
  }

  /** kill -9 of the postmaster: its children notice, and go without a word to anybody. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    this.#guard?.kill('SIGKILL')
    const closed = once(server, 'exit')
    server.ref()
    server.kill('SIGCONT')
    server.kill(signal)
    await closed
    this.#server = undefined
    running.delete(this)
  }

  /** Stops every process of it where it stands, as a machine that hangs; connections stay open. */
  freeze(): void {
    this.#signalAll('SIGSTOP')
  }

  thaw(): void {
    this.#signalAll('SIGCONT')
  }

  #signalAll(signal: NodeJS.Signals): void {
    const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8').split(' ').filter(Boolean)
    for (const pid of [this.pid, ...children.map(Number)]) process.kill(pid, signal)
  }

  /** Ends it, and removes its folder. */
  async close(): Promise<void> {
    await this.kill()
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }

  /** What can be done of `close` when the process is just ending. */
  abandon(): void {
    this.#server?.kill('SIGKILL')
    this.#guard?.kill('SIGKILL')
    rmSync(this.directory, { recursive: true, force: true })
  }

  #makeCertificate(user: { uid: number; gid: number } | undefined): void {
    const key = join(this.#data, 'server.key')
    const name = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    execFileSync('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', this.certificate], {
      stdio: 'pipe',
    })
    chmodSync(key, 0o600)
    if (user) for (const path of [key, this.certificate]) chownSync(path, user.uid, user.gid)
  }
}

/** Ends the postmaster when this process is gone, whatever way it went: its end of the pipe closes. */
function guardOf(pid: number): ChildProcess {
  const guard = spawn('sh', ['-c', `read _; kill -QUIT ${pid}`], { stdio: ['pipe', 'ignore', 'ignore'] })
  guard.unref()
  unref(guard.stdin!)
  return guard
}

/** Lets the process end while the pipe is open. */
function unref(pipe: Readable | Writable): void {
  if (pipe instanceof Socket) pipe.unref()
}

/** A port that nobody has at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

// A real PgBouncer of a test's own, before a real Postgres.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, type PostgresProcess } from './postgres-process.ts'
import { unprivilegedUser } from './postgres-programs.ts'

/** Whether suites that need PgBouncer can run here; see `hasPostgres`. */
export function hasPooler(): boolean {
  if (spawnSync('pgbouncer', ['--version']).status === 0 || process.env.LONGWIRE_CI !== undefined) return true
  console.warn('LEFT OUT: there is no pgbouncer here.')
  return false
}

export class PoolerProcess {
  readonly port: number
  readonly #process: ChildProcess
  readonly #directory: string

  /** `mode` is how long a client keeps its connection to the database. */
  static async start(postgres: PostgresProcess, mode: 'transaction' | 'statement'): Promise<PoolerProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'longwire-pooler-'))
    const port = await freePort()
    const { username, password } = new URL(postgres.url())
    const user = unprivilegedUser()
    const config = join(directory, 'pgbouncer.ini')
    const users = join(directory, 'users.txt')
    writeFileSync(users, `"${username}" "${decodeURIComponent(password)}"\n`)
    writeFileSync(
      config,
      `[databases]
* = host=127.0.0.1 port=${postgres.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = ${mode}
default_pool_size = 4
`,
    )
    if (user) for (const path of [directory, config, users]) chownSync(path, user.uid, user.gid)
    const child = spawn('pgbouncer', ['--quiet', config], { ...user, stdio: 'ignore' })
    const pooler = new PoolerProcess(child, directory, port)
    await pooler.#listens()
    return pooler
  }

  private constructor(child: ChildProcess, directory: string, port: number) {
    this.#process = child
    this.#directory = directory
    this.port = port
  }

  async #listens(): Promise<void> {
    const ended = once(this.#process, 'exit').then(() => 'ended' as const)
    for (;;) {
      const socket = connect(this.port, '127.0.0.1')
      const outcome = await Promise.race([once(socket, 'connect').catch(() => 'refused' as const), ended])
      socket.destroy()
      if (outcome === 'ended') throw new Error('pgbouncer does not start')
      if (outcome !== 'refused') return
      await new Promise((resolve) => setTimeout(resolve, 15))
    }
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** Whether this machine has a `nats-server`. It is said where it has none; where LONGWIRE_CI is set that is a failure. */
export function hasNats(): boolean {
  const found = spawnSync('nats-server', ['--version'], { stdio: 'ignore' }).status === 0
  if (found) return true
  if (process.env.LONGWIRE_CI) return true
  console.warn('no nats-server on this machine: what runs over a real bus is left out')
  return false
}

/** A real NATS server of one's own, that can be killed, frozen and started again on the same port. */
export class NatsProcess {
  readonly port: number
  #child: ChildProcess | undefined

  static async start(): Promise<NatsProcess> {
    const nats = new NatsProcess(await freePort())
    await nats.start()
    return nats
  }

  private constructor(port: number) {
    this.port = port
  }

  url(port: number = this.port): string {
    return `nats://127.0.0.1:${port}`
  }

  async start(): Promise<void> {
    if (this.#child) return
    const child = spawn('nats-server', ['-a', '127.0.0.1', '-p', `${this.port}`], { stdio: 'ignore' })
    this.#child = child
    await Promise.race([reachable(this.port), once(child, 'error').then(([error]) => Promise.reject(error))])
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  async close(): Promise<void> {
    this.thaw()
    await this.kill()
  }
}

async function reachable(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (isThere) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** A server of the Model Context Protocol from npm that nobody here wrote. */
export const EVERYTHING = join(
  dirname(require.resolve('@modelcontextprotocol/server-everything/package.json')),
  'dist/index.js',
)

/** The foreign server as a process. */
export const everything = { command: process.execPath, args: [EVERYTHING, 'stdio'] } as const

/** The foreign server over streamable HTTP, on a port of its own. */
export async function everythingOverHttp(
  onPort?: number,
): Promise<{ readonly url: string; readonly port: number; readonly stop: () => Promise<void> }> {
  const port = onPort ?? (await freePort())
  const child = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], {
    env: { ...process.env, PORT: `${port}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await heard(child, 'listening on port')
  const stop = async () => {
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await exited
  }
  return { url: `http://127.0.0.1:${port}/mcp`, port, stop }
}

function heard(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    const hear = (piece: Buffer) => {
      text += piece
      if (text.includes(words)) resolve()
    }
    child.stdout!.on('data', hear)
    child.stderr!.on('data', hear)
    child.once('exit', () => reject(new Error(`the server ended: ${text}`)))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { afterwards, clientOf, foldOfLog, IMPATIENT, online, served, until } from './home.ts'
import { told } from './teller.ts'

// Proxies that nobody here wrote, set up well and badly.

const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`

function has(program: string): boolean {
  try {
    execFileSync(program, ['-v'], { stdio: 'ignore', env: { ...process.env, PATH } })
    return true
  } catch {
    return false
  }
}

/** CI installs them, and there the suite may not leave itself out. */
const leavesOut = (program: string) => process.env.LONGWIRE_CI === undefined && !has(program)

interface Ways {
  readonly folder: string
  readonly port: number
  readonly server: string
}

/** Runs the proxy with this configuration until the test is over. Resolves with its address once it answers. */
async function proxy(
  program: string,
  args: (file: string) => string[],
  configuration: (ways: Ways) => string,
  url: string,
) {
  const folder = mkdtempSync(join(tmpdir(), 'longwire-proxy-'))
  const port = await freePort()
  const file = join(folder, 'proxy.conf')
  writeFileSync(file, configuration({ folder, port, server: new URL(url).host }))
  const child = spawn(program, args(file), { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PATH } })
  afterwards(async () => {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  })
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const address = `http://127.0.0.1:${port}`
  while (child.exitCode === null) {
    const isThere = await fetch(`${address}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isThere) return address
    await new Promise((later) => setTimeout(later, 20))
  }
  throw new Error(`${program} ended: ${said}`)
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), 1_000).unref()
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

const HAPROXY =
  (rules: string) =>
  ({ port, server }: Ways) =>
    `
global
  maxconn 100
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout tunnel 30s
frontend in
  bind 127.0.0.1:${port}
${rules}
  default_backend out
backend out
  server one ${server}
`

const NGINX =
  (location: string) =>
  ({ folder, port, server }: Ways) =>
    `
daemon off;
error_log stderr error;
pid ${folder}/pid;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
  uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://${server};
      proxy_set_header Host $host:$server_port;
      proxy_http_version 1.1;
${location}
    }
  }
}
`

const haproxy = (rules: string, url: string) => proxy('haproxy', (file) => ['-db', '-f', file], HAPROXY(rules), url)
const nginx = (location: string, url: string) => proxy('nginx', (file) => ['-c', file], NGINX(location), url)

const UPGRADES = 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;'
/** What nginx is often told to do for speed: it holds an answer back until it is whole. */
const HOLDS_BACK =
  'proxy_ignore_headers X-Accel-Buffering; proxy_buffers 8 256k; proxy_buffer_size 256k; gzip on; gzip_types text/event-stream; gzip_min_length 1;'

async function talkOver(address: string, server: string, wire: 'websocket' | 'sse' | 'poll') {
  // Only what is held back has to be waited for.
  const client = clientOf(address, { chance: () => 0, ...(wire === 'poll' ? { clock: IMPATIENT } : {}) })
  const session = await client.open({ agent: 'teller' })
  await online(client, wire)
  const reply = session.ask(JSON.stringify({ pieces: 300, step: 50 }))
  expect((await reply.result).replaceAll('\n', '')).toBe(told(300))
  await until(session, () => session.status === 'idle')
  expect(session.view).toEqual(await foldOfLog(server, session.id))
}

describe.skipIf(leavesOut('haproxy'))('behind HAProxy', () => {
  test('[K31] as it is, a turn goes over the WebSocket', async () => {
    const { url } = await served()
    await talkOver(await haproxy('', url), url, 'websocket')
  })

  test('[K31] where it refuses upgrades, a turn goes over a stream', async () => {
    const { url } = await served()
    const rules = '  http-request deny deny_status 403 if { req.hdr(upgrade) -i websocket }'
    await talkOver(await haproxy(rules, url), url, 'sse')
  })

  test('[K31] where it strips the upgrade, a turn goes over a stream', async () => {
    const { url } = await served()
    const rules = '  http-request del-header upgrade\n  http-request del-header connection'
    await talkOver(await haproxy(rules, url), url, 'sse')
  })
})

describe.skipIf(leavesOut('nginx'))('behind nginx', () => {
  test('[K31] with upgrades passed on, a turn goes over the WebSocket', async () => {
    const { url } = await served()
    await talkOver(await nginx(UPGRADES, url), url, 'websocket')
  })

  test('[K31] as it is, which strips upgrades, a turn goes over a stream', async () => {
    const { url } = await served()
    await talkOver(await nginx('', url), url, 'sse')
  })

  test('[K31] where it holds back what is not whole, a turn goes over polls', async () => {
    const { url } = await served()
    await talkOver(await nginx(HOLDS_BACK, url), url, 'poll')
  })
})

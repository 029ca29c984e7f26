import { readFileSync, statSync } from 'node:fs'
import { createServer, type Server as HttpServer, type RequestListener, type ServerOptions } from 'node:http'
import { createServer as createSecureServer, type Server as HttpsServer } from 'node:https'
import type { Logger } from 'pino'
import { isHttp2Preface } from '../wires/http2.ts'

/** Where the certificate and its key are: files of PEM. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

const LOOK_EVERY_MS = 1_000

/** What listens: plain, or with TLS, whose certificate is read again when its file is another. Throws where a file cannot be read. */
export function createListener(
  options: ServerOptions,
  tls: TlsFiles | undefined,
  log: Logger,
  answer: RequestListener,
  onSlow: () => void,
): HttpServer {
  const server = tls ? createSecure(options, tls, log, answer) : createServer(options, answer)
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (isHttp2Preface(error)) return
    const isSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    if (isSlow) onSlow()
    if (socket.writable)
      socket.end(`HTTP/1.1 ${isSlow ? '408 Request Timeout' : '400 Bad Request'}\r\nConnection: close\r\n\r\n`)
    else socket.destroy()
  })
  return server
}

function createSecure(options: ServerOptions, tls: TlsFiles, log: Logger, answer: RequestListener): HttpsServer {
  const handshakeTimeout = options.headersTimeout
  const server = createSecureServer(
    {
      ...options,
      ...(handshakeTimeout === undefined ? {} : { handshakeTimeout }),
      ...read(tls),
      ALPNCallback: protocolFor,
    },
    answer,
  )
  const looking = setInterval(() => renew(server, tls, log), LOOK_EVERY_MS)
  looking.unref()
  server.on('close', () => clearInterval(looking))
  seen.set(server, stamp(tls))
  return server
}

/** What the files of a server were when they were read last. */
const seen = new WeakMap<HttpsServer, string>()

/** HTTP/2 for clients that speak nothing else; a WebSocket needs HTTP/1.1. */
function protocolFor({ protocols }: { readonly protocols: readonly string[] }): string | undefined {
  return ['http/1.1', 'h2'].find((protocol) => protocols.includes(protocol))
}

/** Lines that are open stay on the certificate they have. A half-written pair is tried again at the next look. */
function renew(server: HttpsServer, tls: TlsFiles, log: Logger): void {
  const now = stamp(tls)
  if (now === seen.get(server)) return
  try {
    server.setSecureContext(read(tls))
    seen.set(server, now)
    log.info('the certificate was read again')
  } catch (error) {
    log.warn({ err: error }, 'the new certificate cannot be used yet: the one from before stays')
  }
}

function read({ cert, key }: TlsFiles): { readonly cert: Buffer; readonly key: Buffer } {
  return { cert: readFileSync(cert), key: readFileSync(key) }
}

function stamp({ cert, key }: TlsFiles): string {
  return [cert, key]
    .map((file) => statSync(file, { bigint: true, throwIfNoEntry: false }))
    .map((stats) => (stats ? `${stats.ino} ${stats.size} ${stats.mtimeNs}` : 'gone'))
    .join(' ')
}

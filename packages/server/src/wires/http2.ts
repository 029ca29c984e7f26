import type { Server as HttpServer } from 'node:http'
import { createServer, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from 'node:http2'
import type { Duplex } from 'node:stream'

type Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => unknown

/** What Node's HTTP/1 parser says of a connection that begins as HTTP/2 does. */
interface PrefaceError extends Error {
  readonly code?: string
  readonly rawPacket?: Buffer
}

interface ParsedSocket extends Duplex {
  /** Reads from the handle in the stream's place, until it is told not to. */
  parser: { unconsume(): void } | null
}

const PARSER_EVENTS = ['data', 'end', 'close', 'drain', 'error', 'timeout', 'resume', 'pause'] as const

/**
 * Serves HTTP/2 on connections of this server that begin with it. Without TLS there is nothing to agree on it with, so clients
 * that speak it know beforehand, as AWS's do. Answers what ends those connections.
 */
export function serveHttp2(http: HttpServer, listener: Listener): { close(): void } {
  const sessions = new Set<ServerHttp2Session>()
  const http2 = createServer({ maxSessionInvalidFrames: 100 }, (request, response) => {
    // Whoever asks is known by the host that it asked, under the one name or the other.
    request.headers.host ??= request.headers[':authority']
    return listener(request, response)
  })
  http2.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', () => session.destroy())
  })
  http2.on('sessionError', () => {})

  http.on('clientError', (error: PrefaceError, socket: Duplex) => {
    if (!isHttp2Preface(error) || !error.rawPacket) return
    handOver(socket as ParsedSocket, error.rawPacket)
    http2.emit('connection', socket)
  })
  return {
    close: () => {
      for (const session of sessions) session.destroy()
    },
  }
}

/** Whether this is no error, but a connection that begins as HTTP/2 does. */
export function isHttp2Preface({ code }: { readonly code?: string | undefined }): boolean {
  return code === 'HPE_PAUSED_H2_UPGRADE'
}

/** Takes the connection from the HTTP/1 parser, with what that has read of it already. */
function handOver(socket: ParsedSocket, read: Buffer): void {
  socket.parser?.unconsume()
  socket.parser = null
  for (const event of PARSER_EVENTS) socket.removeAllListeners(event)
  socket.pause()
  socket.unshift(read)
}

import { connect } from 'node:net'

/** What the server answers first to a handshake of these headers, in this order, doubled or not. */
export function answerTo(
  host: string,
  port: number,
  headers: readonly (readonly [name: string, value: string])[],
): Promise<string> {
  const line = connect(port, host)
  const head = ['GET /v1/socket HTTP/1.1', ...headers.map(([name, value]) => `${name}: ${value}`)]
  line.write(`${head.join('\r\n')}\r\n\r\n`)
  return new Promise((resolve) => {
    line.once('data', (data) => {
      line.destroy()
      resolve(String(data))
    })
    line.once('close', () => resolve('closed'))
    line.once('error', () => resolve('cut'))
  })
}

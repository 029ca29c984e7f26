import type { Move, MoverListener } from './line.ts'

/** Frames over a WebSocket. */
export const overWebSocket: Move = (url, { heard, closed }) => {
  const address = new URL('/v1/socket', url)
  address.protocol = address.protocol.replace('http', 'ws')
  const socket = new WebSocket(address, ['longwire.v1'])
  socket.addEventListener('message', ({ data }) => heard(String(data)))
  socket.addEventListener('close', ({ code }) => closed(code))
  return socket
}

/** Frames over plain HTTP: they come as messages of one answer, and each goes with a request of its own. */
export const overHttp: Move = (url, listener) => {
  const begun = fetch(new URL('/v1/line', url), { method: 'POST', headers: { accept: 'text/event-stream' } })
  const named = begun.then(({ headers }) => ({ 'longwire-line': headers.get('longwire-line') ?? '' }))
  const frames = new URL('/v1/line/frames', url)
  let last: Promise<unknown> = named
  begun.then((answer) => readMessages(answer.body!, listener)).catch(() => listener.closed(1006))
  return {
    send(data) {
      last = last.then(async () => fetch(frames, { method: 'POST', headers: await named, body: data })).catch(() => {})
    },
    close() {
      last = last.then(async () => fetch(frames, { method: 'DELETE', headers: await named })).catch(() => {})
    },
  }
}

async function readMessages(body: ReadableStream<Uint8Array>, { heard, closed }: MoverListener): Promise<void> {
  let text = ''
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    const messages = (text + piece).split('\n\n')
    text = messages.pop()!
    for (const message of messages) {
      const data = /^data: (.*)$/m.exec(message)?.[1]
      if (data === undefined) continue
      if (/^event: close$/m.test(message)) closed((JSON.parse(data) as { code: number }).code)
      else heard(data)
    }
  }
}

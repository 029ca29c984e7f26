import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { textFrames } from '../src/wires/text-frames.ts'

test('a row of frames in one write is read by a WebSocket client as the texts it was made of, at every size', async () => {
  const texts = [
    '',
    'a',
    'x'.repeat(125),
    'x'.repeat(126),
    'ü'.repeat(63),
    '…'.repeat(21_845),
    'y'.repeat(65_536),
    '👋',
  ]
  const sockets = new WebSocketServer({ noServer: true })
  const http = createServer().listen(0, '127.0.0.1')
  http.on('upgrade', (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, () => stream.write(textFrames(texts)))
  })
  await once(http, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
  const read: string[] = []
  await new Promise<void>((resolve, reject) => {
    client.on('error', reject)
    client.on('message', (data, isBinary) => {
      read.push(`${isBinary ? 'binary ' : ''}${data}`)
      if (read.length === texts.length) resolve()
    })
  })
  expect(read).toEqual(texts)
  client.terminate()
  http.close()
})

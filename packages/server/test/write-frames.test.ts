import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { writeFrames } from '../src/wires/write-frames.ts'

const ASCII = ['', 'a', 'x'.repeat(125), 'x'.repeat(126), 'x'.repeat(1_023), 'x'.repeat(1_024), 'y'.repeat(65_536)]
const OTHER = ['ü'.repeat(63), 'ÿ', '…'.repeat(21_845), '👋', '\ud800 is read as \ufffd']

test('texts that are written as one row of frames are what a WebSocket client reads, at every size and in every script', async () => {
  const rows = [ASCII, OTHER, [...ASCII, ...OTHER], ['z'], ['é']]
  const read = await readByClient(rows)
  expect(read).toEqual(rows.flat().map((text) => text.toWellFormed()))
})

async function readByClient(rows: readonly (readonly string[])[]): Promise<readonly string[]> {
  const sockets = new WebSocketServer({ noServer: true })
  const http = createServer().listen(0, '127.0.0.1')
  http.on('upgrade', (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, (socket) => {
      for (const row of rows) writeFrames(stream, row)
      socket.close()
    })
  })
  await once(http, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
  const read: string[] = []
  client.on('message', (data, isBinary) => read.push(`${isBinary ? 'binary ' : ''}${data}`))
  await once(client, 'close')
  http.close()
  return read
}

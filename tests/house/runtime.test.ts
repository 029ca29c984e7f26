// The ground the other tests stand on: the Node the repository pins, and packages taken from source.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { ROOT } from './workspace.ts'

test('tests run in the Node that package.json pins, whatever the machine has', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules/node/package.json'), 'utf8'))
  expect(process.version).toBe(`v${version}`)
})

test('a worker thread that a test starts finds the packages in their source', async () => {
  const code = `const { parentPort } = require('node:worker_threads')
    parentPort.postMessage(require.resolve('@longwire/protocol'))`
  const worker = new Worker(code, { eval: true })
  const resolved = await new Promise((done, failed) => worker.once('message', done).once('error', failed))
  await worker.terminate()
  expect(resolved).toBe(join(ROOT, 'packages/protocol/src/index.ts'))
})

test('a test itself finds them there too', () => {
  expect(fileURLToPath(import.meta.resolve('@longwire/protocol'))).toBe(join(ROOT, 'packages/protocol/src/index.ts'))
})

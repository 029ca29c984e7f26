import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { AgentLoadError } from '../src/host/agent-load-error.ts'
import { AgentThread } from '../src/host/agent-thread.ts'
import { WorkerHost } from '../src/host/worker-host.ts'
import { Recorder, stillClock, turnOf } from './recorder.ts'

const hosts: WorkerHost[] = []
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()))
})

/** An agent that says which version of its file it is, at once or when it may. */
const agent = (version: string, name = 'versioned') => `
function broken() {
  // the line below is the one
  throw new Error('broken in ${version}')
}

export default {
  kind: 'agent',
  name: '${name}',
  async run(turn) {
    if (turn.input.text === 'wait') await turn.request.approval({ message: 'Go on?' })
    if (turn.input.text === 'break') broken()
    await turn.text('${version}')
  },
}
`

function fileOf(version: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'longwire-')), 'agent.mjs')
  writeFileSync(file, agent(version))
  return file
}

async function open(...files: string[]) {
  const host = await WorkerHost.open({ files, log: () => {} })
  hosts.push(host)
  return { host, ask: (text: string, name = 'versioned') => new Recorder(host, turnOf(name, text)) }
}

const isAsked = (recorder: Recorder) => recorder.of('control.requested').length > 0
const said = (recorder: Recorder) => recorder.of('message.committed').map(({ message }) => message.parts)
const text = (version: string) => [[{ type: 'text', text: version }]]

test('[G67] a new version is taken up for new turns, while one that runs ends in the old', async () => {
  const file = fileOf('one')
  const { host, ask } = await open(file)
  const running = ask('wait')
  await running.until(isAsked)
  writeFileSync(file, agent('two'))
  await host.reload(file)
  const fresh = ask('now')
  await fresh.ending
  expect(said(fresh)).toEqual(text('two'))
  running.run.settled('t1.1.q', { outcome: 'answered', answer: { approved: true } })
  expect(await running.ending).toMatchObject({ outcome: 'completed' })
  expect(said(running)).toEqual(text('one'))
})

test('[G67] a version that does not load, or takes the name of another, leaves the one before at work', async () => {
  const [file, other] = [fileOf('one'), fileOf('other')]
  writeFileSync(other, agent('other', 'second'))
  const { host, ask } = await open(file, other)
  writeFileSync(file, 'export default {')
  await expect(host.reload(file)).rejects.toBeInstanceOf(AgentLoadError)
  writeFileSync(file, agent('two', 'second'))
  await expect(host.reload(file)).rejects.toThrow('defines agent second')
  await expect(host.reload('nothing.ts')).rejects.toBeInstanceOf(AgentLoadError)
  const turn = ask('now')
  await turn.ending
  expect(said(turn)).toEqual(text('one'))
  expect(host.agents().map(({ name }) => name)).toEqual(['versioned', 'second'])
  expect(host.faults.map(({ about }) => about)).toEqual(['loading', 'loading', 'loading'])
})

test('[G67] the worker of an old version ends when its last turn does', async () => {
  const times = { blockedMs: 5_000, pingMs: 1_000, loadMs: 30_000, memoryMb: 128 }
  const clock = { ...systemClock, sleep: stillClock().clock.sleep }
  const thread = new AgentThread({ file: fileOf('one'), clock, log: () => {}, ...times })
  await thread.loaded
  const host = { start: thread.start.bind(thread), agents: () => [], close: () => thread.close() }
  const running = new Recorder(host, turnOf('versioned', 'wait'))
  await running.until(isAsked)
  thread.retire()
  expect(await Promise.race([thread.closed, Promise.resolve('open')])).toBe('open')
  running.run.cancel('enough')
  await thread.closed
  expect(thread.isReady).toBe(false)
})

test('[G68] an error of an agent comes with its line and those around it, until the file is loaded anew', async () => {
  const file = fileOf('one')
  const { host, ask } = await open(file)
  expect(await ask('break').ending).toMatchObject({ outcome: 'failed' })
  while (host.faults.length === 0) await new Promise(setImmediate)
  expect(host.faults).toMatchObject([
    { file, about: 'turn t1 of agent versioned', message: 'Error: broken in one', source: { path: file, line: 4 } },
  ])
  const { text, source } = host.faults[0]!
  expect(text).toContain('at broken')
  expect(source!.around.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(source!.around[3]!.text).toBe("  throw new Error('broken in one')")
  await host.reload(file)
  expect(host.faults).toEqual([])
})

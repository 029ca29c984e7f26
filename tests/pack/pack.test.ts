// What a stranger gets: the packages as they are published, in an empty project.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { doorsOf, ROOT, readWorkspaces } from '../house/workspace.ts'
import { Consumer, NODES, type NodeName } from './consumer.ts'

const run = promisify(execFile)
const packages = readWorkspaces(ROOT).filter(({ directory }) => directory.startsWith('packages/'))
const nodes = Object.keys(NODES) as NodeName[]

/** Runs only inside the test runner, whose functions it calls. */
const INSIDE_VITEST = ['@longwire/store/contract']

const doors = packages.flatMap((workspace) =>
  doorsOf(workspace).map(({ door, path }) => ({ specifier: workspace.manifest.name + door.slice(1), path, workspace })),
)

vi.setConfig({ testTimeout: 60_000 }) // processes start slowly on a machine that runs other tests beside these

let consumer: Consumer

beforeAll(async () => {
  consumer = await Consumer.install(packages)
}, 120_000)

afterAll(() => consumer?.remove())

test.each(packages.map(({ manifest }) => manifest.name))('the tarball of %s is in order', async (name) => {
  const tarball = await readFile(consumer.tarballs.get(name)!)
  const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer }, strict: true })
  expect(messages.map((message) => formatMessage(message, pkg!))).toEqual([])
  expect(pkg).toMatchObject({ name, license: 'MIT', repository: { type: 'git' } })
})

test.each(packages.map(({ manifest }) => manifest.name))(
  '%s brings its licence, a page about itself and no tests',
  async (name) => {
    const { stdout } = await run('tar', ['-tzf', consumer.tarballs.get(name)!])
    const files = stdout.trim().split('\n')
    expect(files).toEqual(expect.arrayContaining(['package/LICENSE', 'package/README.md', 'package/package.json']))
    expect(files.filter((file) => /\.test\.|tsbuildinfo|node_modules|\/test\//.test(file))).toEqual([])
  },
)

test.each(nodes)('every door gives its exports in %s', async (node) => {
  const runnable = doors.filter(({ specifier }) => !INSIDE_VITEST.includes(specifier))
  const names = (specifier: string) =>
    `[${JSON.stringify(specifier)}, Object.keys(await import('${specifier}')).sort()]`
  await consumer.write(
    'doors.js',
    `console.log(JSON.stringify([${runnable.map((door) => names(door.specifier)).join(',')}]))`,
  )
  const given = JSON.parse(await consumer.run(node, 'doors.js'))
  expect(given).toEqual(runnable.map(({ specifier, path, workspace }) => [specifier, valuesOf(path, workspace)]))
})

function valuesOf(path: string, { files }: (typeof packages)[number]): string[] {
  const door = files.find((file) => file.path === path)
  return (door?.exports ?? [])
    .filter(({ isType }) => !isType)
    .map(({ name }) => name)
    .sort()
}

test('a program that uses every door type-checks, and so do the examples in the pages of the packages', async () => {
  const imports = doors.map(({ specifier }, index) => `import * as door${index} from '${specifier}'`)
  await consumer.write(
    'doors.ts',
    `${imports.join('\n')}\nexport const doors = [${doors.map((_, index) => `door${index}`)}]\n`,
  )
  const examples = await Promise.all(
    packages.map(({ directory }) => readFile(join(ROOT, directory, 'README.md'), 'utf8')),
  )
  const blocks = examples.flatMap((page) => [...page.matchAll(/```(tsx?)\n([\s\S]*?)```/g)])
  await Promise.all(blocks.map(([, ending, code = ''], index) => consumer.write(`example-${index}.${ending}`, code)))
  await consumer.write('my-store.ts', `export { SqliteStore as MyStore } from '@longwire/store-sqlite'\n`)
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2024', strict: true, noEmit: true, types: ['node'] },
    ...{ allowImportingTsExtensions: true, exactOptionalPropertyTypes: true, skipLibCheck: true },
    ...{ jsx: 'react-jsx', lib: ['es2024', 'dom'] },
  }
  await consumer.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts', '*.tsx'] }))
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { stdout } = await run(process.execPath, [tsc, '-p', consumer.directory]).catch((failed) => failed)
  expect(stdout).toBe('')
  expect(blocks.length).toBeGreaterThanOrEqual(packages.length - 1)
})

describe.each(nodes)('the longwire command in %s', (node) => {
  const longwire = 'node_modules/longwire/bin/longwire.js'

  test('says its version and what it can do', async () => {
    const { version } = packages.find(({ manifest }) => manifest.name === 'longwire')!.manifest
    expect(await consumer.run(node, longwire, '--version')).toContain(version)
    const help = await consumer.run(node, longwire, '--help')
    for (const command of ['serve', 'dev', 'chat', 'tail', 'sessions']) expect(help).toContain(command)
  })

  test('serves an agent that a client talks to', async () => {
    await consumer.write('echo.js', ECHO)
    await consumer.write('talk.js', TALK)
    const data = `data-${node.replace(' ', '-')}`
    const server = await consumer.start(
      node,
      [longwire, 'serve', 'echo.js', '--port', '0', '--data', data],
      /http:\/\/127\.0\.0\.1:[1-9]\d*/,
    )
    try {
      expect(await consumer.run(node, 'talk.js', server.said)).toBe('You said: good morning\n')
    } finally {
      expect(await server.stop()).toBe(0)
    }
  })
})

const ECHO = `import { defineAgent } from '@longwire/agent'
export default defineAgent({
  name: 'echo',
  async run(turn) {
    for (const piece of ['You said: ', turn.input.text]) await turn.text(piece)
  },
})
`

const TALK = `import { connect } from '@longwire/client'
const client = connect(process.argv[2])
const session = await client.open({ agent: 'echo' })
let said = ''
for await (const piece of session.ask('good morning')) said += piece
console.log(said)
client.close()
`

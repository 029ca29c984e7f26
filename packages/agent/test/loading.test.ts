import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { defineAgent } from '../src/define-agent.ts'
import { AgentLoadError } from '../src/host/agent-load-error.ts'
import { findAgents } from '../src/host/find-agents.ts'
import { WorkerHost } from '../src/host/worker-host.ts'

const folders: string[] = []
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })))
})

/** A folder with these files, by path and text. */
async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'longwire-agents-')))
  folders.push(root)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return root
}

const AGENT = `export default { kind: 'agent', name: 'a', run() {} }\n`

async function refusal(opening: Promise<WorkerHost>): Promise<AgentLoadError> {
  const error = await opening.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(AgentLoadError)
  return error as AgentLoadError
}

const broken: [string, string, string, string | RegExp, string | undefined, string | undefined][] = [
  ['a syntax error', 'bad.mjs', 'export default 1\nconst a = ;\n', "Unexpected token ';'", 'bad.mjs:2', 'const a = ;'],
  [
    'a syntax error in TypeScript',
    'bad.ts',
    'export default 1\n\nlet a: number = ;\n',
    'Expression expected',
    'bad.ts:3',
    'let a: number = ;',
  ],
  [
    'an error while it loads',
    'bad.mjs',
    "const a = 1\nthrow new Error('no database')\n",
    'no database',
    'bad.mjs:2',
    "throw new Error('no database')",
  ],
  ['an import that is not there', 'bad.mjs', "import './nope.mjs'\n", 'nope.mjs', undefined, undefined],
  [
    'a package that is not there',
    'bad.mjs',
    "import 'nope-nope'\n",
    "Cannot find package 'nope-nope'",
    undefined,
    undefined,
  ],
  ['no default export', 'bad.mjs', 'export const a = 1\n', 'exports nothing by default', undefined, undefined],
  ['a default export that is no agent', 'bad.mjs', 'export default { name: 7 }\n', 'no agent', undefined, undefined],
  ['an empty list', 'bad.mjs', 'export default []\n', 'without agents', undefined, undefined],
  [
    'one name twice',
    'bad.mjs',
    `const a = { kind: 'agent', name: 'a', run() {} }\nexport default [a, a]\n`,
    'defines agent a twice',
    undefined,
    undefined,
  ],
  ['an exit while it loads', 'bad.mjs', 'process.exit(7)\n', 'exit code 7 while it was loading', undefined, undefined],
  [
    'a name that no model takes for a tool',
    'bad.mjs',
    `const t = { description: '', inputSchema: {}, execute() {} }\nexport default { kind: 'agent', name: 'a', run() {}, tools: { 'my tool': t } }\n`,
    '«my tool» cannot be the name of a tool',
    undefined,
    undefined,
  ],
  [
    'a model nobody knows',
    'bad.mjs',
    `export default { kind: 'agent', name: 'a', model: 'nope:x' }\n`,
    /nope:x.*anthropic.*bedrock.*ollama/,
    undefined,
    undefined,
  ],
]
test.each(broken)(
  '[G1] a file with %s is refused by name, with the reason and the line',
  async (_, file, text, reason, where, source) => {
    const root = await folder({ [file]: text })
    const error = await refusal(WorkerHost.open({ files: [join(root, file)] }))
    expect(error.file).toBe(join(root, file))
    expect(error.message).toContain(`cannot load agents from ${join(root, file)}: `)
    expect(error.reason).toMatch(reason)
    expect(error.where).toBe(where === undefined ? undefined : join(root, where))
    expect(error.source).toBe(source)
  },
)

test('[G1] a file that never loads is refused when its time is over', async () => {
  const root = await folder({ 'slow.mjs': 'await new Promise(() => setInterval(() => {}, 1_000))\n' })
  const error = await refusal(WorkerHost.open({ files: [join(root, 'slow.mjs')], loadMs: 300 }))
  expect(error.reason).toBe('it did not load within 300 ms')
})

test('[G2] two files that define the same agent are refused, and both are named', async () => {
  const root = await folder({ 'one.mjs': AGENT, 'two.mjs': AGENT })
  const error = await refusal(WorkerHost.open({ files: [join(root, 'one.mjs'), join(root, 'two.mjs')] }))
  expect(error.message).toBe(
    `cannot load agents from ${join(root, 'two.mjs')}: it defines agent a, which ${join(root, 'one.mjs')} defines too`,
  )
})

test('[G3] a folder with an agent file is that agent; any other is its modules and the agents in its subfolders', async () => {
  const root = await folder({
    'one/agent.ts': AGENT,
    'one/tools.ts': '',
    'many/b.mjs': AGENT,
    'many/a.ts': AGENT,
    'many/a.test.ts': '',
    'many/types.d.ts': '',
    'many/notes.md': '',
    'many/nested/agent.js': AGENT,
    'many/lib/helper.js': '',
    'many/.hidden.js': '',
  })
  const at = (path: string) => join(root, path)
  expect(await findAgents([at('one')])).toEqual([at('one/agent.ts')])
  expect(await findAgents([at('many')])).toEqual([at('many/a.ts'), at('many/b.mjs'), at('many/nested/agent.js')])
  expect(await findAgents([at('many/a.ts'), at('many'), at('many/a.ts')])).toHaveLength(3)
})

test('[G3] a path that is not there and a folder without agents are refused by name', async () => {
  const root = await folder({ 'empty/readme.md': '' })
  await expect(findAgents([join(root, 'gone')])).rejects.toThrow(
    `${join(root, 'gone')}: there is no such file or folder`,
  )
  await expect(findAgents([join(root, 'empty')])).rejects.toThrow(`${join(root, 'empty')}: the folder holds no agent`)
})

test('[G1] an agent that cannot be is refused where it is defined', () => {
  expect(() => defineAgent({ name: 'my agent', run() {} })).toThrow('cannot be the name of an agent')
  expect(() => defineAgent({ name: 'a' })).toThrow('neither a model nor a run function')
})

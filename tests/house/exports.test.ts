// Adding a name to a door, or a code to the errors, is a decision: this test is where it shows in a change.
// `npm run exports:accept` writes down what stands now.
import { ERRORS, FAILURES } from '@longwire/protocol'
import { expect, test } from 'vitest'
import { doorsOf, parseFile, ROOT, readWorkspaces, type Workspace } from './workspace.ts'

const packages = readWorkspaces(ROOT).filter(({ directory }) => directory.startsWith('packages/'))

test.each(packages.map((workspace) => [workspace.manifest.name, workspace] as const))(
  'the doors of %s lead to the exports that were agreed on',
  async (_, workspace) => {
    await expect(listing(workspace)).toMatchFileSnapshot(`exports/${workspace.directory.split('/')[1]}.txt`)
  },
)

test('a door names each of its exports', () => {
  const starred = packages.flatMap((workspace) =>
    doorsOf(workspace).flatMap(({ path }) =>
      exportsOf(workspace, path).some(({ name }) => name === '*') ? [path] : [],
    ),
  )
  expect(starred).toEqual([])
})

test('the error codes and what a client does about each are the ones that were agreed on', async () => {
  const rows = Object.entries({ ...ERRORS, ...FAILURES }).map(([code, row]) => `${code} ${JSON.stringify(row)}`)
  await expect(`${rows.sort().join('\n')}\n`).toMatchFileSnapshot('exports/error-codes.txt')
})

test('a name added to a door changes its list', () => {
  const before = parseFile('a.ts', `export { a } from './b.ts'`)
  const after = parseFile('a.ts', `export { a } from './b.ts'\nexport type { C as D } from './c.ts'`)
  expect(before.exports.map(({ name }) => name)).toEqual(['a'])
  expect(after.exports).toEqual([
    { name: 'a', isType: false, from: './b.ts' },
    { name: 'D', isType: true, from: './c.ts' },
  ])
})

function listing(workspace: Workspace): string {
  return doorsOf(workspace)
    .map(({ door, path }) => {
      const names = exportsOf(workspace, path).map(({ name, isType }) => `  ${isType ? 'type ' : ''}${name}`)
      return `${workspace.manifest.name}${door.slice(1)}\n${names.sort().join('\n')}\n`
    })
    .join('\n')
}

function exportsOf({ files }: Workspace, path: string) {
  return files.find((file) => file.path === path)?.exports ?? []
}

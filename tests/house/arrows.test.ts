import { expect, test } from 'vitest'
import { ARROWS, violations } from './arrows.ts'
import { type Manifest, parseFile, ROOT, readWorkspaces, type Workspace } from './workspace.ts'

const workspaces = readWorkspaces(ROOT)

test('every import in the house follows the arrows of the architecture', () => {
  expect(workspaces.flatMap(({ files }) => files).length).toBeGreaterThan(10)
  expect(violations(workspaces)).toEqual([])
})

test('every package has its arrows written down', () => {
  const packages = workspaces.filter(({ directory }) => directory.startsWith('packages/'))
  expect(packages.filter(({ manifest }) => !ARROWS[manifest.name]).map(({ directory }) => directory)).toEqual([])
})

test('the arrows themselves have no circle', () => {
  const below = (name: string, trail: readonly string[]): boolean =>
    trail.includes(name) || (ARROWS[name] ?? []).some((next) => below(next, [...trail, name]))
  expect(Object.keys(ARROWS).filter((name) => below(name, []))).toEqual([])
})

/** A little house: one workspace for each manifest, and one file in each. */
function house(
  ...parts: [directory: string, manifest: Partial<Manifest>, files: Record<string, string>][]
): Workspace[] {
  return parts.map(([directory, manifest, files]) => ({
    directory,
    manifest: { name: directory, version: '1.0.0', ...manifest },
    files: Object.entries(files).map(([name, text]) => parseFile(`${directory}/${name}`, text)),
  }))
}

const PROTOCOL = { name: '@longwire/protocol', exports: { '.': { 'longwire-source': './src/index.ts' } } }
const ON_PROTOCOL = { dependencies: { '@longwire/protocol': '1.0.0' } }

test.each([
  ['an import against the arrows', `import { a } from '@longwire/store'`, 'against the arrows'],
  ['a type-only import against the arrows', `type A = import('@longwire/store').A`, 'against the arrows'],
  ['an import past a door', `export { a } from '@longwire/protocol/src/a.ts'`, 'which is not a door'],
  ['an import nobody declared', `await import('ws')`, 'does not list under dependencies'],
  ['an import of what only tests may use', `import fc from 'fast-check'`, 'does not list under dependencies'],
  ['a path out of the package', `import { a } from '../../protocol/src/index.ts'`, 'leaves its package'],
  ['a worker named by a URL of its source', `new URL('./worker.ts', import.meta.url)`, 'tsc does not rewrite'],
  ['Node in a browser', `import { readFileSync } from 'node:fs'`, 'that browsers load'],
])('%s is found', (_, text, told) => {
  const used = `import type { Place } from '@longwire/protocol'\n`
  const found = violations(
    house(
      ['packages/protocol', PROTOCOL, { 'src/index.ts': 'export const a = 1' }],
      ['packages/store', { name: '@longwire/store' }, {}],
      [
        'packages/view',
        { name: '@longwire/view', ...ON_PROTOCOL, devDependencies: { 'fast-check': '1' } },
        { 'src/index.ts': used + text },
      ],
    ),
  )
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(/^packages\/view\/src\/index\.ts:2 /)
  expect(found[0]).toContain(told)
})

test('a dependency that no file imports, or at another version than ours, is found', () => {
  const found = violations(
    house(
      ['packages/protocol', { ...PROTOCOL, dependencies: { zod: '4' } }, { 'src/index.ts': 'export const a = 1' }],
      [
        'packages/view',
        { name: '@longwire/view', dependencies: { '@longwire/protocol': '0.9.0' } },
        { 'src/index.ts': '' },
      ],
    ),
  )
  expect(found).toEqual([
    `packages/protocol/package.json depends on 'zod', which no file imports`,
    `packages/view/package.json asks for '@longwire/protocol' 0.9.0, which is at 1.0.0`,
  ])
})

test('a circle of files is found, through what they export and load later too, but not one of types alone', () => {
  const found = violations(
    house([
      'packages/protocol',
      PROTOCOL,
      {
        'src/a.ts': `import { b } from './b.ts'`,
        'src/b.ts': `export * from './c.ts'`,
        'src/c.ts': `const a = await import('./a.ts')`,
        'src/d.ts': `import type { E } from './e.ts'`,
        'src/e.ts': `import { d } from './d.ts'`,
      },
    ]),
  )
  expect(found).toEqual([
    'packages/protocol/src/a.ts → packages/protocol/src/b.ts → packages/protocol/src/c.ts → packages/protocol/src/a.ts is a circle of imports',
  ])
})

test('an example may not use a door that is for siblings only', () => {
  const found = violations(
    house(
      [
        'packages/agent',
        { name: '@longwire/agent', exports: { './internal': { 'longwire-source': './src/internal.ts' } } },
        {},
      ],
      [
        'examples/one',
        { dependencies: { '@longwire/agent': '1.0.0' } },
        { 'agent.ts': `import { a } from '@longwire/agent/internal'` },
      ],
    ),
  )
  expect(found).toEqual([`examples/one/agent.ts:1 imports '@longwire/agent/internal', a door for siblings only`])
})

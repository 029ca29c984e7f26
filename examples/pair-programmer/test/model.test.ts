import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { askIn } from '../model/ask.ts'
import { mutationsOf } from '../model/mutations.ts'
import { Workspace } from '../workspace/workspace.ts'
import { Talk } from './talk.ts'

let scratch: string
let workspace: Workspace
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'pair-'))
  workspace = Workspace.of('session', scratch, resolve(import.meta.dirname, '../project'))
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

const put = (path: string, text: string) => writeFileSync(join(workspace.root, path), text)

test.each<[string, object]>([
  ['What does this project do?', { kind: 'describe' }],
  ['explain this code', { kind: 'describe' }],
  ['run the tests', { kind: 'test' }],
  ['Do the tests pass?', { kind: 'test' }],
  ['tests', { kind: 'test' }],
  ['fix the failing test', { kind: 'fix' }],
  ['please make the tests pass', { kind: 'fix' }],
  ['Rename lineTotal to priceOfLine.', { kind: 'rename', from: 'lineTotal', to: 'priceOfLine' }],
  ['can you rename the function `a$1` into "b"?', { kind: 'rename', from: 'a$1', to: 'b' }],
  ['Where is discountFor used?', { kind: 'search', text: 'discountFor' }],
  ['search for BULK', { kind: 'search', text: 'BULK' }],
  ['show me src/basket.js', { kind: 'read', path: 'src/basket.js' }],
  ['which files are there?', { kind: 'list' }],
  ['stop', { kind: 'stop' }],
  ['help', { kind: 'help' }],
  ['hello!', { kind: 'greeting' }],
  ['', { kind: 'unclear' }],
  ['make me a sandwich', { kind: 'unclear' }],
])('«%s» is understood', (text, ask) => {
  expect(askIn(text)).toEqual(ask)
})

test('a line is changed in small ways, and what stands in quotes or remarks is left alone', () => {
  expect(mutationsOf('  return quantity > BULK ? 0.1 : 0')).toEqual([
    '  return quantity >= BULK ? 0.1 : 0',
    '  return quantity < BULK ? 0.1 : 0',
    '  return quantity > BULK ? 0.1 : 1',
  ])
  expect(mutationsOf("  say('a > b') // 1 > 2")).toEqual([])
  expect(mutationsOf('const f = (a) => a === 1 && true')).toEqual([
    'const f = (a) => a !== 1 && true',
    'const f = (a) => a === 1 || true',
    'const f = (a) => a === 1 && false',
    'const f = (a) => a === 2 && true',
    'const f = (a) => a === 0 && true',
  ])
})

describe('a failing test', () => {
  test('is fixed where the function that it calls calls another, in whatever project', async () => {
    put(
      'src/discount.js',
      'export const STEP = 5\n\nexport function discountFor(quantity) {\n  return quantity >= 10 ? 0.1 : 0\n}\n',
    )
    put(
      'src/receipt.js',
      "import { rows } from './rows.js'\n\nexport function pages(lines, size) {\n  return rows(lines, size).length\n}\n",
    )
    put(
      'src/rows.js',
      'export function rows(lines, size) {\n  const all = []\n  for (let i = 1; i < lines.length; i += size) all.push(lines.slice(i, i + size))\n  return all\n}\n',
    )
    put(
      'test/receipt.test.js',
      "import assert from 'node:assert'\nimport { test } from 'node:test'\nimport { pages } from '../src/receipt.js'\n\ntest('nine lines are three pages of four', () => {\n  assert.equal(pages([1, 2, 3, 4, 5, 6, 7, 8, 9], 4), 3)\n})\n",
    )
    const answer = await new Talk(workspace).ask('fix the failing test')
    expect(answer).toContain('The cause is in `src/rows.js`, line 3.')
    expect(await workspace.read('src/rows.js')).toMatch(/let i = 0|i <= lines\.length/)
    expect(answer).toContain('**All 4 tests pass**')
  }, 20_000)

  test('that no small change mends is not touched, and the answer says what was tried', async () => {
    put(
      'src/discount.js',
      "export function discountFor(quantity) {\n  return quantity >= 10 ? words() : 0\n}\n\nfunction words() {\n  return 'ten'\n}\n",
    )
    const asked: string[] = []
    const talk = new Talk(workspace, (path) => {
      asked.push(path)
      return { approved: true }
    })
    const answer = await talk.ask('fix the discount: ten of one item')
    expect(answer).toContain('**I did not find what is wrong with** *ten of one item are 10% cheaper*')
    expect(asked).not.toContain('src/discount.js')
    expect(talk.called.filter(({ tool }) => tool === 'edit_file')).toEqual([])
  }, 20_000)

  test('is left when the person says stop on the way', async () => {
    const talk = new Talk(workspace)
    talk.steer('stop')
    expect(await talk.ask('fix the failing tests')).toContain('**I have stopped.**')
    expect(talk.called.map(({ tool }) => tool)).toEqual(['run_tests'])
  })

  test('is not looked for where tests never end, or all pass', async () => {
    put('src/discount.js', 'export const discountFor = (quantity) => (quantity >= 10 ? 0.1 : 0)\n')
    put('test/receipt.test.js', '')
    expect(await new Talk(workspace).ask('fix the tests')).toContain('There is nothing to fix.')
    put('test/receipt.test.js', 'for (;;) {}')
    expect(await new Talk(workspace, undefined, 1_000).ask('fix the tests')).toContain(
      '**The tests were stopped: it ran for more than 1000 ms.**',
    )
  }, 20_000)
})

describe('a name', () => {
  test('that is nowhere, or taken, is not changed', async () => {
    const talk = new Talk(workspace)
    expect(await talk.ask('rename nobody to somebody')).toContain('`nobody` is nowhere')
    expect(await talk.ask('rename BULK to discountFor')).toContain(
      '`discountFor` is taken already, at `src/basket.js:1`',
    )
    expect(await talk.ask('rename BULK to BULK')).toContain('Nothing to do')
    expect(talk.called.map(({ tool }) => tool)).not.toContain('edit_file')
  })

  test('is changed only as a whole word, and only where the person agrees', async () => {
    const talk = new Talk(workspace, (path) => ({ approved: path !== 'test/receipt.test.js' }))
    const answer = await talk.ask('rename page to sheet')
    expect(await workspace.read('src/receipt.js')).toContain('export function sheet(lines, number, linesPerPage)')
    expect(await workspace.read('src/receipt.js')).toContain('export function pageCount(')
    expect(await workspace.read('README.md')).toContain('A page of the receipt')
    expect(answer).toContain('Not changed, as you did not approve it:\n\n')
    expect(answer).toContain('- `test/receipt.test.js`')
    expect(answer).toMatch(/fails?\.\*\*/)
  })
})

test('what it has no tool or no word for is said plainly', async () => {
  const talk = new Talk(workspace)
  expect(await talk.ask('make me a sandwich')).toContain("I don't know what you want me to do")
  expect(await talk.ask('show ../../etc/passwd.txt')).toMatch(/I could not do this[\s\S]*leads out|no file/)
  expect(await talk.ask('search for zebra')).toContain('Nothing holds `zebra`')
})

import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { diffOf } from '../workspace/diff.ts'
import { edited } from '../workspace/edit.ts'
import { runTests, type TestLimits } from '../workspace/test-run.ts'
import { Workspace } from '../workspace/workspace.ts'

const PROJECT = resolve(import.meta.dirname, '../project')
const LIMITS: TestLimits = { ms: 5_000, bytes: 131_072 }
const never = new AbortController().signal
let scratch: string
let workspace: Workspace

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'pair-'))
  workspace = Workspace.of('session', scratch, PROJECT)
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

const put = (path: string, text: string) => writeFileSync(join(workspace.root, path), text)

describe('a path', () => {
  test.each([
    '../secret.txt',
    'src/../../secret.txt',
    '/etc/passwd',
    '..',
    '.',
    '',
    'src',
    'src\\basket.js',
    'src/basket.js\0.txt',
    'no-such.js',
    'link.txt',
    'folder/passwd',
    'chain.txt',
    'self',
    `${'a/'.repeat(3_000)}b`,
    'file:///etc/passwd',
    '%2e%2e/secret.txt',
    '~/secret.txt',
  ])('«%.40s» is neither read nor changed', async (path) => {
    writeFileSync(join(scratch, 'secret.txt'), 'secret')
    symlinkSync(join(scratch, 'secret.txt'), join(workspace.root, 'link.txt'))
    symlinkSync('/etc', join(workspace.root, 'folder'))
    symlinkSync('link.txt', join(workspace.root, 'chain.txt'))
    symlinkSync('self', join(workspace.root, 'self'))
    await expect(workspace.read(path)).rejects.toThrow(/no path|leads out|no file|by a link|EISDIR|no text/)
    await expect(workspace.propose(path, [{ old: 'secret', new: 'x' }])).rejects.toThrow()
    const change = { path, before: 'x', after: 'y', diff: '' }
    await expect(workspace.apply(change, [{ old: 'secret', new: 'x' }])).rejects.toThrow()
    expect(readFileSync(join(scratch, 'secret.txt'), 'utf8')).toBe('secret')
    expect(workspace.list()).not.toContain('link.txt')
  })

  test('whatever is made of dots and slashes stays in the folder', async () => {
    writeFileSync(join(scratch, 'secret.txt'), 'secret')
    const piece = fc.constantFrom('..', '.', '/', 'src', 'secret.txt', 'basket.js', '', '\\', '~')
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const text = await workspace.read(pieces.join('/')).catch(() => '')
        expect(text).not.toContain('secret')
      }),
      { numRuns: 200 },
    )
  })

  test('a file that is too large, or no text, is refused', async () => {
    put('large.txt', 'x'.repeat(262_145))
    put('binary.txt', 'a\0b')
    await expect(workspace.read('large.txt')).rejects.toThrow('more than 262144')
    await expect(workspace.read('binary.txt')).rejects.toThrow('is no text')
  })

  test('writing to a file leaves another name of it as it was', async () => {
    const outside = join(scratch, 'outside.txt')
    writeFileSync(outside, 'one')
    linkSync(outside, join(workspace.root, 'hard.txt'))
    await workspace.apply(await workspace.propose('hard.txt', [{ old: 'one', new: 'two' }]), [
      { old: 'one', new: 'two' },
    ])
    expect(await workspace.read('hard.txt')).toBe('two')
    expect(readFileSync(outside, 'utf8')).toBe('one')
  })
})

describe('an edit', () => {
  test('must fit exactly once, and changes something', async () => {
    const propose = (old: string, next: string) => workspace.propose('src/receipt.js', [{ old, new: next }])
    await expect(propose('not there', 'x')).rejects.toThrow('not in the file')
    await expect(propose('lines', 'rows')).rejects.toThrow('more than once')
    await expect(propose('Math.floor', 'Math.floor')).rejects.toThrow('as it is')
    await expect(propose('Math.floor', 'x'.repeat(262_145))).rejects.toThrow('more than 262144')
  })

  test('is made once, however often it is asked, and not where the file is another by then', async () => {
    const edits = [{ old: 'Math.floor', new: 'Math.floor(1) + Math.ceil' }]
    const change = await workspace.propose('src/receipt.js', edits)
    await workspace.apply(change, edits)
    await workspace.apply(change, edits)
    expect((await workspace.read('src/receipt.js')).match(/Math\.ceil/g)).toHaveLength(1)
    put('src/receipt.js', 'const mine = Math.floor(2)\n')
    await expect(workspace.apply(change, edits)).rejects.toThrow('changed by somebody')
  })

  test('takes new text as it is, with whatever signs it has', () => {
    expect(edited('a b c', [{ old: 'b', new: "$& $1 $$ `$'" }])).toBe("a $& $1 $$ `$' c")
  })

  test('the diff that is shown leads from the one text to the other', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', '', '  d'), { maxLength: 24 }).map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(patched(before, diffOf('f', before, after))).toBe(after)
      }),
    )
  })
})

/** What a patch tool would make of it, by its own reading of the hunks. */
function patched(before: string, diff: string): string {
  const lines = before.split('\n')
  const made: string[] = []
  let at = 0
  for (const line of diff.split('\n').slice(2)) {
    const hunk = /^@@ -(\d+),\d+ \+\d+,\d+ @@$/.exec(line)
    if (hunk) while (at < Number(hunk[1]) - 1) made.push(lines[at++]!)
    else if (line.startsWith('+')) made.push(line.slice(1))
    else {
      expect(lines[at]).toBe(line.slice(1))
      if (line.startsWith(' ')) made.push(lines[at]!)
      at++
    }
  }
  return [...made, ...lines.slice(at)].join('\n')
}

describe('a run of the tests', () => {
  test('says which passed, and of each that failed where it stands and what was expected', async () => {
    const { passed, failed, stopped } = await runTests(workspace, LIMITS, never)
    expect(passed).toHaveLength(6)
    expect(failed).toMatchObject([
      { name: 'ten of one item are 10% cheaper', test: 'test/basket.test.js:10', expected: '0.1', actual: '0' },
      { name: 'the lines that are left over take a page of their own', at: 'test/receipt.test.js:10', actual: '2' },
    ])
    expect(stopped).toBeNull()
  })

  test.each([
    ['runs for ever', 'for (;;) {}', 'it ran for more than 1500 ms'],
    [
      'waits for ever',
      "import 'node:test'; setInterval(() => {}, 1000); await new Promise(() => {})",
      'it ran for more than 1500 ms',
    ],
    [
      'prints for ever',
      // Not by process.stdout: what does not fit into the pipe would wait there for an event loop that never comes round.
      "import { writeSync } from 'node:fs'; for (;;) try { writeSync(1, 'x'.repeat(4096)) } catch {}",
      'it printed more than 131072 bytes',
    ],
  ])(
    'that %s is stopped',
    async (_, code, why) => {
      put('test/basket.test.js', code)
      // One that prints is stopped for what it printed, however long the machine takes to begin.
      const ms = why.startsWith('it ran') ? 1_500 : 60_000
      const run = await runTests(workspace, { ms, bytes: 131_072 }, never)
      expect(run.stopped).toBe(why)
      expect(run.output.length).toBeLessThanOrEqual(8_000)
    },
    70_000,
  )

  test('ends with the turn that it is for', async () => {
    put('test/basket.test.js', 'for (;;) {}')
    const stop = new AbortController()
    const run = runTests(workspace, LIMITS, stop.signal)
    stop.abort(new Error('stopped by a person'))
    await expect(run).rejects.toThrow('stopped by a person')
  })

  test('can read the folder and do nothing else', async () => {
    const outside = join(scratch, 'outside.txt')
    writeFileSync(outside, 'secret')
    mkdirSync(join(workspace.root, 'here'))
    const attempts = [
      `fs.readFileSync(${JSON.stringify(outside)})`,
      `fs.writeFileSync(${JSON.stringify(join(workspace.root, 'made.txt'))}, 'x')`,
      `fs.symlinkSync(${JSON.stringify(outside)}, 'here/link')`,
      "child.execFileSync(process.execPath, ['-v'])",
      "new Worker('0', { eval: true })",
    ]
    put(
      'test/basket.test.js',
      `import fs from 'node:fs'\nimport child from 'node:child_process'\nimport { Worker } from 'node:worker_threads'
import assert from 'node:assert'\nimport { test } from 'node:test'
${attempts.map((code, i) => `test('attempt ${i}', () => assert.throws(() => ${code}, { code: 'ERR_ACCESS_DENIED' }))`).join('\n')}
test('the environment is empty', () => assert.equal(process.env.HOME, undefined))\n`,
    )
    const { passed, failed } = await runTests(workspace, LIMITS, never)
    expect(failed.filter(({ name }) => /attempt|environment/.test(name))).toEqual([])
    expect(passed.filter((name) => /attempt|environment/.test(name))).toHaveLength(6)
    expect(existsSync(join(workspace.root, 'made.txt'))).toBe(false)
  })

  test('with a change is made in a copy, which is gone afterwards', async () => {
    const change = { path: 'src/discount.js', old: 'quantity > BULK', new: 'quantity >= BULK' }
    const { failed } = await workspace.tried([change], (copy) => runTests(copy, LIMITS, never))
    expect(failed.map(({ name }) => name)).toEqual(['the lines that are left over take a page of their own'])
    expect(await workspace.read('src/discount.js')).toContain('quantity > BULK')
    await expect(workspace.tried([{ ...change, old: 'nowhere' }], async () => {})).rejects.toThrow('not in the file')
    await expect(workspace.tried([{ ...change, path: '../x' }], async () => {})).rejects.toThrow('leads out')
    expect(existsSync(workspace.root)).toBe(true)
    expect(readdirSync(scratch).filter((name) => name.includes('.try-'))).toEqual([])
  })
})

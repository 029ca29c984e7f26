// What no file of the repository may say, and how long one may grow.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import longFiles from './long-files.json' with { type: 'json' }
import { ROOT } from './workspace.ts'

const LONG = 400

type TextFile = { path: string; text: string }

const files = textFiles()

/** Every text file that is in git or about to be. */
function textFiles(): TextFile[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
  return listed
    .toString()
    .split('\0')
    .filter((path) => path && existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isFile())
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
    .filter(({ text }) => !text.includes('\0'))
}

/** Each line of `among` that `pattern` is found in, as `path:line`. */
function places(among: readonly TextFile[], pattern: RegExp): string[] {
  return among.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  )
}

function literally(text: string): string {
  return text.replace(/[^\w/]/g, '\\$&')
}

const isTest = ({ path }: TextFile) => path.endsWith('.test.ts')
const isLock = ({ path }: TextFile) => basename(path) === 'package-lock.json'
const isCode = ({ path }: TextFile) => /\.(ts|tsx|js|mjs|css|sh)$/.test(path)

// The patterns are put together from pieces so that this file does not say what it forbids.
const OURS = [ROOT, homedir()].filter((path) => path.split('/').length > 2) // not `/app`, which may mean anything
const MACHINE = new RegExp(`(^|[^\\w.:-])(${[...OURS, '/root', '/work'].map(literally).join('|')})/`)
const REGISTRY = /"resolved": "(https?|git|ssh):/
const LEFT_UNDONE = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`)
const NARROWED = /(?<!clock)\.(only|skip|todo|fails)\b(?!')/
const NAMELESS = /(manager|helper|utils?)s?\.[a-z]+$/i

test('nothing names a path of the machine it is made on', () => {
  expect(places(files, MACHINE)).toEqual([])
})

test('the lock file names no registry, so that any mirror serves it', () => {
  expect(places(files.filter(isLock), REGISTRY)).toEqual([])
})

test('nothing is left for later in a comment', () => {
  expect(
    places(
      files.filter((file) => !isLock(file)),
      LEFT_UNDONE,
    ),
  ).toEqual([])
})

test('no test is switched off, and none switches the others off', () => {
  expect(places(files.filter(isTest), NARROWED)).toEqual([])
})

test('no file is named for lack of a name', () => {
  expect(files.map(({ path }) => path).filter((path) => NAMELESS.test(path))).toEqual([])
})

test(`a file of code over ${LONG} lines has a reason in long-files.json, and only such a file`, () => {
  const long = files.filter((file) => isCode(file) && file.text.split('\n').length > LONG + 1)
  expect(long.map(({ path }) => path).sort()).toEqual(Object.keys(longFiles).sort())
})

test.each<[string, RegExp, string, string]>([
  ['a path of this machine', MACHINE, `at /${'root'}/packages`, 'https://example.org/work/page'],
  ['a registry', REGISTRY, '"resolved": "https://registry.example/a.tgz"', '"resolved": "packages/agent"'],
  ['work left over', LEFT_UNDONE, `// ${'TO'}DO: later`, 'a todo list'],
  ['a narrowed test', NARROWED, `test.${'on'}ly('a', () => {})`, `test.skipIf(!hasNats)('a', () => {})`],
  ['a nameless file', NAMELESS, 'src/session-manager.ts', 'src/session.ts'],
])('the pattern for %s finds it and nothing else', (_, pattern, wrong, right) => {
  expect(pattern.test(wrong)).toBe(true)
  expect(pattern.test(right)).toBe(false)
})

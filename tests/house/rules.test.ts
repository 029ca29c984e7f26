// A rule that no test names is only a hope, and a test that names no rule of the pages misleads.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './workspace.ts'

/** Topics of which every rule has a test that names it: who may enter, foreign protocols, bounds. */
const HELD = new Set(['B', 'D', 'I', 'X'])

const PARTS = { cwd: ROOT, exclude: (path: string) => /(^|\/)(node_modules|dist|\.git)$/.test(path) }
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const rules = globSync('spec/*.md', PARTS).flatMap((page) =>
  [...read(page).matchAll(/^- \*\*\[([A-Z]\d+)\]\*\*/gm)].map(([, rule]) => rule!),
)
const named = new Set(
  globSync(['{packages,tests,apps,examples}/**/*.test.{ts,tsx}'], PARTS).flatMap((file) =>
    [...read(file).matchAll(/\[([A-Z]\d+)\]/g)].map(([, rule]) => rule!),
  ),
)

test('a rule has one number, and a number one rule', () => {
  expect(rules.length).toBeGreaterThan(200)
  expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([])
})

test('every rule of who may enter, of foreign protocols and of bounds is named by a test', () => {
  const hopes = rules.filter((rule) => HELD.has(rule[0]!) && !named.has(rule))
  expect(hopes).toEqual([])
})

test('every rule that a test names is there', () => {
  expect([...named].filter((rule) => !rules.includes(rule))).toEqual([])
})

// A page that points at another one has to arrive there.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './workspace.ts'

const pages = globSync('**/*.md', { cwd: ROOT, exclude: (path) => /(^|\/)(node_modules|dist|\.git)$/.test(path) })

/** Where the links of a page lead, those to other sites and within the page left out. Code is no link. */
function linksOf(page: string): string[] {
  const prose = page.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.split('#')[0] ?? '')
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
}

test('every link between the pages leads to something', () => {
  const dead = pages.flatMap((page) =>
    linksOf(readFileSync(join(ROOT, page), 'utf8'))
      .filter((target) => !existsSync(join(ROOT, dirname(page), target)))
      .map((target) => `${page} → ${target}`),
  )
  expect(pages.length).toBeGreaterThan(10)
  expect(dead).toEqual([])
})

test('a link is told from code, from another site and from a place on the same page', () => {
  const page = '[a](b.md#c) `[no](no.md)` [d](https://example.org/e.md) [f](#g)\n```\n[no](no.md)\n```\n![h](i.svg)'
  expect(linksOf(page)).toEqual(['b.md', 'i.svg'])
})

test('every decision is in the list of decisions', () => {
  const list = readFileSync(join(ROOT, 'docs/decisions/README.md'), 'utf8')
  const decisions = globSync('docs/decisions/[0-9]*.md', { cwd: ROOT }).map((path) => path.split('/').at(-1)!)
  expect(decisions.filter((page) => !list.includes(`(${page})`))).toEqual([])
})

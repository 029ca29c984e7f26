// The guides for browsers, run as they are printed: each block is a file here, which is built, served and used.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from '@longwire/server'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, openPage } from './browser.ts'
import { pageWith } from './page-code.ts'
import { Site } from './site.ts'

const GUIDES = join(import.meta.dirname, '../../docs/guides')
const FILES = join(import.meta.dirname, 'guides')

/** The files that a guide prints, by name, in the folder they are tried in. */
const PRINTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  react: { 'index.html': 'pages/react', 'main.tsx': 'pages/react' },
  'use-chat': { 'index.html': 'pages/use-chat', 'main.tsx': 'pages/use-chat' },
  browser: { 'index.html': 'pages/browser', 'main.ts': 'pages/browser', 'no-library.js': 'pages/browser' },
}
const IN_ALL = { 'agent.ts': '.', 'vite.config.ts': '.' }

test.each(Object.entries(PRINTED))('the code of the guide %s is the code that is tried', async (guide, files) => {
  const page = await readFile(join(GUIDES, `${guide}.md`), 'utf8')
  const blocks = [...page.matchAll(/`([\w.-]+)`:\n\n```\w+\n([\s\S]*?)```/g)].map(([, name, code]) => [name, code])
  const wanted = Object.entries({ ...IN_ALL, ...files }).map(async ([name, folder]) => {
    return [name, await readFile(join(FILES, folder, name), 'utf8')]
  })
  expect(Object.fromEntries(blocks)).toEqual(Object.fromEntries(await Promise.all(wanted)))
})

describe.skipIf(!hasBrowser)('the guides for browsers', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>
  let server: Awaited<ReturnType<typeof createServer>>
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longwire-guides-'))
    server = await createServer({ agents: [join(FILES, 'agent.ts')], port: 0 })
    browser = await openBrowser()
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await server?.stop(0)
    await rm(folder, { recursive: true, force: true })
  })

  /** Builds the page with the configuration that the guide prints, and serves it with that: but for the address. */
  async function served(guide: string) {
    const { build, loadConfigFromFile, preview } = await import('vite')
    const configFile = join(FILES, 'vite.config.ts')
    const loaded = await loadConfigFromFile({ command: 'serve', mode: 'development' }, configFile)
    const proxy = loaded?.config.server?.proxy?.['/v1'] as { target: string }
    expect(proxy.target).toBe('http://127.0.0.1:8787')
    const root = join(FILES, 'pages', guide)
    const outDir = join(folder, guide)
    const resolve = { conditions: ['longwire-source', 'module', 'browser', 'production'] }
    await build({
      root,
      configFile,
      resolve,
      logLevel: 'error',
      build: { outDir, emptyOutDir: true, target: 'es2024' },
    })
    const site = await preview({
      root,
      configFile,
      logLevel: 'silent',
      build: { outDir },
      preview: { port: 0, host: '127.0.0.1', proxy: { '/v1': { ...proxy, target: server.url } } },
    })
    const address = site.httpServer.address()
    return { url: `http://127.0.0.1:${(address as { port: number }).port}`, close: () => site.close() }
  }

  test.each(Object.keys(PRINTED))(
    'a page made by the guide %s is talked to, answers, and has it all after a reload',
    async (guide) => {
      const site = await served(guide)
      const { page, context, complaints } = await openPage(browser, site.url)
      await page.fill('input[name=text]', 'the sea')
      await page.click('button:has-text("Ask")')
      await shows(page, 'So you want')
      await page.reload()
      await shows(page, 'So you want to see the sea. ')
      await page.click('button:has-text("Yes")')
      await shows(page, 'It is booked.')
      await page.reload()
      await shows(page, 'It is booked.')
      const text = (await page.textContent('body')) ?? ''
      expect(text.split('So you want to see the sea.')).toHaveLength(2)
      expect(text.split('It is booked.')).toHaveLength(2)
      expect(complaints).toEqual([])
      await context.close()
      await site.close()
    },
  )

  test('the page without a library hears the whole answer', async () => {
    const script = await readFile(join(FILES, 'pages/browser/no-library.js'), 'utf8')
    const site = await Site.open({ '/': pageWith(script, '<output></output>') }, server.url)
    const { page, context, complaints } = await openPage(browser, site.url)
    await shows(page, 'So you want to see the sea. It is booked.')
    expect(complaints).toEqual([])
    await context.close()
    await site.close()
  })
})

/** Resolves when the page shows that text. */
async function shows(page: Page, text: string): Promise<void> {
  await expect.poll(() => page.textContent('body').catch(() => '')).toContain(text)
}

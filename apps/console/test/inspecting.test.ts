// The developer's and the operator's pages of the console, in a real browser against a real server.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { defineAgent } from '@longwire/agent'
import { InProcessHost } from '@longwire/agent/internal'
import { connect } from '@longwire/client'
import { createServer, type LongwireServer } from '@longwire/server'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hasBrowser, openBrowser, openPage } from '../../../tests/browser/browser.ts'
import { PATIENT } from '../../../tests/console/console-house.ts'
import { parseRecording } from '../src/inspector/recording.ts'

vi.setConfig(PATIENT)

const ROOT = join(import.meta.dirname, '../../..')

const clerk = defineAgent({
  name: 'clerk',
  budget: { turn: { toolCalls: 3 }, session: { wallMs: 3_600_000 } },
  async run(turn) {
    await turn.step('look it up', () => 42)
    for (const piece of ['You ', 'said: ', turn.input.text]) await turn.text(piece)
    if (!turn.input.text.includes('order')) return
    const { approved } = await turn.request.approval({ message: 'Order it?', input: { pieces: 3 } })
    await turn.text(approved ? 'Ordered.' : 'Left alone.')
  },
})

describe.skipIf(!hasBrowser)('who builds with sessions, and who runs them,', () => {
  let browser: Browser
  let server: LongwireServer
  beforeAll(async () => {
    spawnSync(process.execPath, [join(ROOT, 'scripts/console.ts')], { stdio: 'inherit' })
    const agents = await InProcessHost.open([clerk])
    server = await createServer({ agents, port: 0, console: join(ROOT, 'apps/console/dist'), showsFaults: true })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop(0)
  })

  async function talked(...texts: readonly string[]): Promise<string> {
    const client = connect(server.url)
    const session = await client.open({ agent: 'clerk' })
    for (const text of texts) await session.ask(text).result
    client.close()
    return session.id
  }

  async function see<T>(path: string, look: (page: Page) => Promise<T>): Promise<T> {
    const { page, context, complaints } = await openPage(browser, `${server.url}${path}`)
    page.setDefaultTimeout(60_000)
    try {
      return await look(page)
    } finally {
      expect(complaints).toEqual([])
      await context.close()
    }
  }

  const tab = (page: Page, name: string) => page.getByRole('tab', { name }).click()

  test('see the frames as they pass, and replay them with every draft', async () => {
    const session = await talked('before')
    await see(`/inspect/${session}`, async (page) => {
      const frames = page.getByRole('listbox', { name: 'Frames, oldest first' })
      await frames.getByText('attached', { exact: true }).waitFor()
      const client = connect(server.url)
      await client.session(session).ask('hello').result
      client.close()
      await frames.getByText('turn.ended').waitFor()
      await page.getByRole('searchbox', { name: 'Find in frames' }).fill('chunk.text')
      await frames.getByRole('option').filter({ hasText: 'chunk.text' }).filter({ hasText: '"hello"' }).click()
      await expect.poll(() => page.getByLabel('The chosen frame').innerText()).toContain('chunk.text')
      await tab(page, 'Replay')
      await page.getByRole('button', { name: 'The log of this session' }).click()
      await page.getByRole('paragraph').filter({ hasText: 'You said: hello' }).waitFor()
      const slider = page.getByRole('slider', { name: 'Place in the recording' })
      await slider.press('Home')
      await page.getByText('before everything').waitFor()
      await slider.press('End')
      await page.getByRole('paragraph').filter({ hasText: 'You said: hello' }).waitFor()
    })
  })

  test('find a commit in the log, fork the session after it, and copy it as a fixture', async () => {
    const session = await talked('first', 'second')
    await see(`/inspect/${session}`, async (page) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await tab(page, 'Log')
      await page.getByRole('searchbox', { name: 'Find in the log' }).fill('turn.ended')
      const log = page.getByRole('listbox', { name: 'Commits, oldest first' })
      await log.getByRole('option').first().click()
      await page.getByRole('button', { name: /^Copy as a fixture up to/ }).click()
      await page.getByText('Copied as a fixture').waitFor()
      const fixture = await page.evaluate(() => navigator.clipboard.readText())
      expect(parseRecording(fixture).events.at(-1)?.type).toBe('turn.ended')
      await page.getByRole('button', { name: /^Fork after/ }).click()
      await page.getByRole('paragraph').filter({ hasText: 'You said: first' }).waitFor()
      expect(await page.getByText('You said: second').count()).toBe(0)
      expect(page.url()).not.toContain(session)
    })
  })

  test('break the line at the press of a button, and it comes back', async () => {
    await see(`/inspect/${await talked('before')}`, async (page) => {
      await page.getByRole('listbox').getByText('attached', { exact: true }).waitFor()
      await tab(page, 'Faults')
      await page.getByRole('button', { name: 'Cut the line' }).click()
      await tab(page, 'Frames')
      await page.getByRole('listbox').getByText('The WebSocket closed with 1006.').waitFor()
      await expect.poll(() => page.getByRole('listbox').getByText('attached', { exact: true }).count()).toBe(2)
    })
  })

  test('answer what an agent waits for anywhere, and close a session', async () => {
    const client = connect(server.url)
    const session = await client.open({ agent: 'clerk' })
    const reply = session.ask('order three')
    await see('/operator', async (page) => {
      await tab(page, 'Turns')
      await page.getByRole('meter', { name: '0 of 3 tool calls' }).waitFor()
      await page.getByRole('meter', { name: /of 1 h 0 min at work$/ }).waitFor()
      await tab(page, 'Inbox')
      await page.getByText('Order it?').waitFor()
      await page.getByRole('button', { name: 'Approve' }).click()
      expect(await reply.result).toContain('Ordered.')
      await tab(page, 'Sessions')
      const row = page.getByRole('row').filter({ hasText: 'order three' })
      await row.getByRole('button').click()
      await page.getByRole('menuitem', { name: 'Close the session' }).click()
      await page.getByRole('alertdialog').getByRole('button', { name: 'Close the session' }).click()
      await row.getByText('closed').waitFor()
    })
    client.close()
  })

  test('are shown by a browser whose language there is not, plots and all', async () => {
    const context = await browser.newContext()
    await context.addInitScript("Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en-US@posix' })")
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', ({ message }) => complaints.push(message))
    await page.goto(`${server.url}/operator`)
    await page.locator('canvas').first().waitFor()
    expect(await page.evaluate('navigator.language')).toBe('en-US')
    expect(complaints).toEqual([])
    await context.close()
  })

  test.each(['light', 'dark'] as const)('are shut out by nothing that axe knows of, in %s', async (colorScheme) => {
    const session = await talked('hello')
    for (const path of [`/inspect/${session}`, '/operator'])
      await see(path, async (page) => {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' }) // no colour on its way to another
        const tabs = page.getByRole('tab')
        await tabs.first().waitFor()
        for (let index = 0; index < (await tabs.count()); index += 1) {
          await tabs.nth(index).click()
          // The one before it is still on its way out.
          await expect.poll(() => page.getByRole('tabpanel').count()).toBe(1)
          await page.evaluate(axe.source)
          const found = await page.evaluate(() => (globalThis as never as Axe).axe.run())
          expect(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
        }
      })
  })
})

interface Axe {
  axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
}

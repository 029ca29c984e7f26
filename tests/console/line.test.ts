// What a person sees of the line: it is lost in every way a line can be, and what is on the page stays right.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type LongwireServer } from '@longwire/server'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hasBrowser, openBrowser } from '../browser/browser.ts'
import { Site } from '../browser/site.ts'
import { builtConsole, lastAnswer, over, PATIENT, SPEAKER, say, visit, withGate } from './console-house.ts'

const words = (to: number) => Array.from({ length: to }, (_, n) => `w${n + 1}`).join(' ')

vi.setConfig(PATIENT)

describe.skipIf(!hasBrowser)('the line, in the console', () => {
  let server: LongwireServer
  let browser: Browser
  let folder: string

  beforeAll(async () => {
    folder = builtConsole()
    const [served, opened] = await Promise.all([
      createServer({ agents: [SPEAKER], console: folder, port: 0 }),
      openBrowser(),
    ])
    server = served
    browser = opened
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop(0)
  })

  test('a page that is loaded again in mid-stream goes on where the agent is', async () => {
    const { page, complaints, leave } = await visit(browser, server.url)
    await withGate(async (gate) => {
      await say(page, `halves 80 ${gate.file}`)
      await page.getByText('w40', { exact: false }).waitFor()
      await page.reload()
      await page.locator('.doing').waitFor()
      gate.open()
      await over(page)
    })
    expect((await lastAnswer(page).innerText()).trim()).toBe(words(80))
    expect(complaints).toEqual([])
    await leave()
  })

  test('a server that is killed in mid-stream and started again: the draft is taken back, and the answer comes once', async () => {
    const data = mkdtempSync(join(tmpdir(), 'longwire-killed-'))
    let child = await serve(data, folder, 0)
    try {
      const { page, complaints, leave } = await visit(browser, child.url)
      await withGate(async (gate) => {
        await say(page, `halves 60 ${gate.file}`)
        await page.getByText('w30', { exact: false }).waitFor()
        child.process.kill('SIGKILL')
        await page.getByText('Out of sight until the line is back').waitFor()
        child = await serve(data, folder, Number(new URL(child.url).port))
        // Shown for a moment only: it is looked out for before it comes.
        const isBack = page.getByText(/^Back after/).waitFor()
        await page.evaluate('dispatchEvent(new Event("online"))') // else the page would wait for its next try
        await isBack
        gate.open()
        await over(page)
      })
      expect((await lastAnswer(page).innerText()).trim()).toBe(words(60))
      expect(complaints).toEqual([])
      await leave()
    } finally {
      child.process.kill('SIGKILL')
      rmSync(data, { recursive: true, force: true })
    }
  })

  test('what is written while there is no network waits, and is sent when it is back', async () => {
    const { page, leave } = await visit(browser, server.url)
    const { port } = new URL(server.url)
    await say(page, 'hello')
    await over(page)
    const site = await Site.open({}, server.url)
    await page.goto(page.url().replace(port, new URL(site.url).port))
    await page.locator('.composer-text:enabled').waitFor()
    await page.context().setOffline(true)
    site.cut()
    await page.getByRole('button', { name: 'The line: Offline' }).waitFor()
    await say(page, 'are you there?')
    await page.getByText('1 message waits to be sent').waitFor()
    await page.context().setOffline(false)
    await page.locator('.agent-text', { hasText: 'Heard: are you there?' }).waitFor()
    await leave()
    await site.close()
  })

  test('whoever does not want to wait for the next try has it at once', async () => {
    const site = await Site.open({}, server.url)
    const { page, complaints, leave } = await visit(browser, site.url)
    await say(page, 'hello')
    await over(page)
    await page.evaluate(`
      globalThis.shown = []
      const line = document.querySelector('.line-status')
      const look = () => shown.push(line.getAttribute('aria-label'))
      new MutationObserver(look).observe(line, { attributes: true, attributeFilter: ['aria-label'] })`)
    site.isDown = true
    site.cut()
    await page.getByRole('button', { name: /^The line: Reconnecting/ }).click()
    const button = page.getByRole('button', { name: 'Try now' })
    // Pressed until the countdown was seen to end before its time.
    await expect
      .poll(async () => {
        await button.click()
        return (await page.evaluate<string[]>('shown')).join('\n')
      })
      .toMatch(/Reconnecting in ([2-9]|\d\d) s\nThe line: Reconnecting…/)
    site.isDown = false
    await page.getByRole('button', { name: 'The line: Live' }).waitFor()
    expect(complaints).toEqual([])
    await leave()
    await site.close()
  })

  test('where WebSockets are blocked all goes on by another way, and the page says which', async () => {
    const site = await Site.open({}, server.url)
    site.upgrades = 'forbid'
    const { page, complaints, leave } = await visit(browser, site.url)
    await say(page, 'count 30 10')
    await over(page)
    expect((await lastAnswer(page).innerText()).trim()).toBe(words(30))
    await page.getByRole('button', { name: 'The line: Live, by detour' }).click()
    await page.getByText('server-sent events').waitFor()
    expect(complaints).toEqual([])
    await leave()
    await site.close()
  })

  test('two tabs show the same, and each that somebody else is there', async () => {
    const { page, complaints, leave } = await visit(browser, server.url)
    await say(page, 'hello')
    await over(page)
    const other = await page.context().newPage()
    await other.goto(page.url())
    await other.locator('.agent-text', { hasText: 'Heard: hello' }).waitFor()
    await page.getByRole('button', { name: '1 other here' }).waitFor()
    await say(other, 'from the other one')
    await page.locator('.agent-text', { hasText: 'Heard: from the other one' }).waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('a draft that is withdrawn goes away before the eyes of who read it', async () => {
    const { page, complaints, leave } = await visit(browser, server.url)
    // Shown for a moment only: it is looked out for before it comes.
    const isTakenBack = page.getByText('Taken back, and said anew').waitFor()
    await say(page, 'stumble')
    await isTakenBack
    await over(page)
    await page.getByText('Taken back, and said anew').waitFor({ state: 'detached' })
    expect((await lastAnswer(page).innerText()).trim()).toBe('This one stays.')
    expect(complaints).toEqual([])
    await leave()
  })

  test('what waits can be moved, changed and taken back, and a turn can be stopped', async () => {
    const { page, complaints, leave } = await visit(browser, server.url)
    await say(page, 'count 1000000 20')
    await page.getByText('w3', { exact: false }).first().waitFor()
    await say(page, 'first')
    await say(page, 'second')
    await say(page, 'third')
    const waiting = page.getByRole('region', { name: 'Waiting to be taken up' })
    await waiting.getByText('third').waitFor()
    await waiting.getByRole('button', { name: 'Move up: second' }).click()
    await waiting.locator('li').first().getByText('second').waitFor()
    await waiting.getByRole('button', { name: 'Edit: first' }).click()
    const field = waiting.getByLabel('The waiting message')
    await field.fill('changed')
    await field.press('Enter')
    await waiting.getByText('changed').waitFor()
    await waiting.getByText('first').waitFor({ state: 'detached' })
    await waiting.getByRole('button', { name: 'Take back: third' }).click()
    await waiting.getByText('third').waitFor({ state: 'detached' })
    await expect.poll(() => waiting.locator('.waiting-text').allInnerTexts()).toEqual(['second', 'changed'])
    await page.getByRole('button', { name: 'Stop the turn' }).click()
    await page.getByText('Stopped here').waitFor()
    await page.locator('.agent-text', { hasText: 'Heard: changed' }).waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('a link to watch shows the session, lets nobody do anything, and ends for all when it is taken back', async () => {
    const { page, leave } = await visit(browser, server.url)
    await say(page, 'hello')
    await over(page)
    await page.getByRole('button', { name: 'Session', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Share a link to watch…' }).click()
    await page.getByRole('button', { name: 'Make the link' }).click()
    const link = await page.getByRole('textbox', { name: 'The link' }).inputValue()
    await page.getByRole('button', { name: 'Done' }).click()
    const guest = await visit(browser, link)
    await guest.page.locator('.agent-text', { hasText: 'Heard: hello' }).waitFor()
    await guest.page.reload()
    await guest.page.getByText('You are watching').waitFor()
    expect(await guest.page.locator('textarea').count()).toBe(0)
    await say(page, 'letter')
    await guest.page.getByText('Somebody who may answer is asked.').waitFor()
    await expect.poll(() => page.title()).toMatch(/^\(1\) /)
    await page.getByRole('button', { name: 'Approve' }).click()
    await guest.page.locator('.agent-text', { hasText: 'It is sent.' }).waitFor()
    await page.getByRole('button', { name: 'Session', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Share a link to watch…' }).click()
    await page.getByRole('button', { name: /^Take back the link that works until/ }).click()
    await guest.page.getByRole('heading', { name: 'This link leads nowhere any more' }).waitFor()
    await page.getByText('The link works no more').waitFor()
    expect(await page.getByRole('button', { name: /^Take back the link/ }).count()).toBe(0)
    expect(guest.complaints).toEqual([])
    await guest.leave()
    await leave()
  })
})

interface Child {
  readonly url: string
  readonly process: ChildProcess
}

async function serve(data: string, folder: string, port: number): Promise<Child> {
  const program = join(import.meta.dirname, 'serve-child.ts')
  const args = ['--conditions=longwire-source', program, data, SPEAKER, folder, String(port)]
  const process_ = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    process_.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()))
    process_.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
  return { url, process: process_ }
}

// The market analyst's whole story, as a person lives it in the console.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type LongwireServer } from '@longwire/server'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hasBrowser, openBrowser } from '../browser/browser.ts'
import { ANALYST, builtConsole, lastAnswer, over, PATIENT, say, visit } from './console-house.ts'

vi.setConfig(PATIENT)

describe.skipIf(!hasBrowser)('the market analyst in the console', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longwire-console-'))
  let server: LongwireServer
  let browser: Browser

  beforeAll(async () => {
    process.env.LONGWIRE_OFFLINE_TOKEN_MS = '8'
    process.env.LONGWIRE_BOOK = join(folder, 'book.sqlite')
    const [served, opened] = await Promise.all([
      createServer({ agents: [ANALYST], console: builtConsole(), port: 0 }),
      openBrowser(),
    ])
    server = served
    browser = opened
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop(0)
    rmSync(folder, { recursive: true, force: true })
  })

  test('a question that is offered is asked, watched as it is worked on, steered, and answered with plots', async () => {
    const { page, complaints, leave } = await visit(browser, server.url)
    await page.getByRole('button', { name: 'Analyze the latest market trends.' }).click()
    const isThinking = page.locator('.thought').first().waitFor()
    // At once: whoever steers must be there before the turn is over.
    const composer = page.getByRole('textbox', { name: 'Write to market-analyst' })
    await composer.fill('only Europe')
    await composer.press('Control+Enter')
    await isThinking
    await page.locator('.said-how', { hasText: 'joined the running turn' }).waitFor()
    await over(page)
    expect(await lastAnswer(page).last().innerText()).toContain('Europe')
    await page
      .getByRole('img', { name: /^Bar plot, .*Energy/ })
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Show as a table' }).first().click()
    expect(await page.locator('.figure-table').first().innerText()).toContain('Energy')
    expect(complaints).toEqual([])
    await leave()
  })

  test('the reasoning shows the steps of a turn over time, and what went in and out of one', async () => {
    const { page, complaints, leave } = await visit(browser, server.url)
    await say(page, 'How volatile is crude oil?')
    await over(page)
    await page.getByRole('button', { name: /^Reasoning of this turn/ }).click()
    const reasoning = page.getByRole('complementary', { name: 'Reasoning' })
    const row = reasoning.locator('.record-head', { hasText: 'Measuring the risk' })
    await row.click()
    await expect
      .poll(() => reasoning.locator('.record-detail').innerText())
      .toMatch(/Input[\s\S]*Output[\s\S]*volatilityPct/)
    expect(await reasoning.locator('.record-bar').count()).toBeGreaterThan(3)
    await reasoning.getByRole('button', { name: 'Tree' }).click()
    await reasoning.locator('.record.tree').waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('an order is approved with another quantity, and what is booked is what the person made of it', async () => {
    const { page, complaints, leave } = await visit(browser, server.url, { isDark: true })
    await say(page, 'Buy 500 Hanabi')
    const request = page.getByRole('group', { name: /^May I use/ })
    await request.getByRole('button', { name: 'Edit' }).click()
    await request.getByLabel('Quantity').fill('120')
    await expect.poll(() => request.getByLabel('Changes').innerText()).toMatch(/was\s+500[\s\S]*now\s+120/)
    await request.getByRole('button', { name: 'Approve with changes' }).click()
    await over(page)
    expect(await lastAnswer(page).innerText()).toContain('Bought 120 Hanabi')
    await page.getByText('Approved with changes').first().waitFor({ state: 'attached' })
    expect(complaints).toEqual([])
    await leave()
  })

  test('a task in the background shows how far it is, and its end is told unasked', async () => {
    const { page, complaints, leave } = await visit(browser, server.url, { isPhone: true })
    const isAtWork = page.getByRole('list', { name: 'In the background' }).waitFor()
    await say(page, 'Back-test a 50/200-day crossover on technology shares.')
    await isAtWork
    await page.getByText('A task in the background has ended').waitFor()
    await over(page)
    expect(await lastAnswer(page).innerText()).toContain('The back-test is done')
    await page.getByRole('img', { name: /^Bar plot, .*Novalith/ }).waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('all of it goes with the keyboard alone', async () => {
    const { page, complaints, leave } = await visit(browser, server.url)
    await page.getByText('Thinks with').waitFor()
    await expect
      .poll(async () => {
        await page.keyboard.press('Alt+KeyI')
        return page.evaluate('document.activeElement?.className')
      })
      .toContain('composer-text')
    await page.keyboard.type('Buy 500 Hanabi')
    await page.keyboard.press('Enter')
    await page.getByRole('group', { name: /^May I use/ }).waitFor()
    await page.keyboard.press('Alt+KeyJ')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('Deny')
    await page.keyboard.press('Enter') // and goes on typing, as people do
    await page.keyboard.type('too much')
    await page.keyboard.press('Enter')
    await over(page)
    await page.getByText('Declined', { exact: false }).first().waitFor({ state: 'attached' })
    await page.keyboard.press('Alt+KeyR')
    await page.getByRole('complementary', { name: 'Reasoning' }).waitFor()
    await page.keyboard.press('Control+Slash')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Alt+KeyN')
    await page.getByRole('heading', { name: 'What would you like to know?' }).waitFor()
    expect(complaints).toEqual([])
    await leave()
  })
})

// Takes the pictures of the console that the README and the docs show, from the analyst as it is: npm run screenshots.
// Everything in them is real but the clock of the machine.
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createServer } from '@longwire/server'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../tests/browser/browser.ts'

const ROOT = resolve(import.meta.dirname, '..')
const TO = join(ROOT, 'docs/images')
const folder = mkdtempSync(join(tmpdir(), 'longwire-pictures-'))
process.env.LONGWIRE_OFFLINE_TOKEN_MS = '4'
process.env.LONGWIRE_BOOK = join(folder, 'book.sqlite')

type Size = 'wide' | 'phone'

const SIZES: Record<Size, { viewport: { width: number; height: number }; isMobile: boolean; hasTouch: boolean }> = {
  wide: { viewport: { width: 1360, height: 860 }, isMobile: false, hasTouch: false },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
}

mkdirSync(TO, { recursive: true })
const server = await createServer({
  agents: [join(ROOT, 'examples/market-analyst')],
  console: join(ROOT, 'apps/console/dist'),
  port: 0,
})
const browser = await openBrowser()
try {
  await trends(browser)
  await approval(browser)
  await story(browser)
} finally {
  await browser.close()
  await server.stop(0)
  rmSync(folder, { recursive: true, force: true })
}

/** Plots and words of an answer, and how it came about. */
async function trends(browser: Browser): Promise<void> {
  const page = await open(browser, 'wide', 'light')
  await ask(page, 'Analyze the latest market trends.')
  await over(page)
  await page.locator('.figure-card canvas').nth(3).waitFor()
  await page.evaluate('document.querySelector(".transcript").scrollTop = 0')
  await keep(page, 'console-answer')
  await page.keyboard.press('Alt+KeyR')
  await page.locator('.record-row').nth(8).waitFor()
  await keep(page, 'console-reasoning')
  await page.emulateMedia({ colorScheme: 'dark' })
  await keep(page, 'console-reasoning-dark')
  await page.context().close()
}

/** An approval that is changed before it is given. */
async function approval(browser: Browser): Promise<void> {
  const page = await open(browser, 'wide', 'dark')
  await ask(page, 'Buy 500 Hanabi')
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByLabel('Quantity').fill('120')
  await page.locator('.changes').waitFor()
  await keep(page, 'console-approval')
  await page.getByRole('button', { name: 'Approve with changes' }).click()
  await over(page)
  await page.context().close()
}

/** A phone: an answer that is being said, and the list. */
async function story(browser: Browser): Promise<void> {
  const page = await open(browser, 'phone', 'light')
  await ask(page, 'How did semiconductors do last quarter, and why?')
  await over(page)
  await page.locator('.figure-card canvas').first().waitFor()
  await page.evaluate('document.querySelector(".transcript").scrollTop = 0')
  await keep(page, 'console-phone')
  await page.context().close()
}

async function open(browser: Browser, size: Size, colorScheme: 'light' | 'dark'): Promise<Page> {
  const options = { ...SIZES[size], colorScheme, locale: 'en-GB', reducedMotion: 'reduce' as const }
  const page = await (await browser.newContext(options)).newPage()
  await page.goto(server.url)
  return page
}

async function ask(page: Page, text: string): Promise<void> {
  await page.locator('.composer-text:enabled').fill(text)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
}

async function over(page: Page): Promise<void> {
  await page.locator('.turn').last().locator('.turn-end').waitFor()
}

/** Once fonts are there and nothing moves any more. */
async function keep(page: Page, name: string): Promise<void> {
  await page.evaluate('document.fonts.ready')
  await page.mouse.move(0, 0)
  await page.evaluate('new Promise((then) => setTimeout(then, 600))')
  const path = join(TO, `${name}.png`)
  await page.screenshot({ path })
  console.error(`${name.padEnd(26)} ${Math.round(statSync(path).size / 1_000)} kB`)
}

// The console as a person has it: built, served by a real server, in a real browser.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
export const SPEAKER = join(import.meta.dirname, 'agents/speaker.ts')
export const ANALYST = join(ROOT, 'examples/market-analyst')

/** The folder with the built console. It is built where it is not there, or is of other sources. */
export function builtConsole(): string {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/console.ts')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the console does not build: ${stderr}`)
  return join(ROOT, 'apps/console/dist')
}

/** For `vi.setConfig`: a browser is slow on a machine that runs other tests beside it. */
export const PATIENT = { testTimeout: 180_000, hookTimeout: 180_000 }

export interface Gate {
  /** What an agent is told to wait for. */
  readonly file: string
  open(): void
}

/** Does `work` with a gate that an agent can be told to wait at. */
export async function withGate(work: (gate: Gate) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'longwire-gate-'))
  const file = join(folder, 'open')
  try {
    await work({ file, open: () => writeFileSync(file, '') })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface Look {
  readonly isDark?: boolean
  readonly isPhone?: boolean
}

export interface Visit {
  readonly page: Page
  /** What went wrong in the page, and what it wrote to its console as an error or because of the CSP. */
  readonly complaints: readonly string[]
  leave(): Promise<void>
}

// The browser itself tells of every request that failed. To lose the line is not a fault of the page.
const OF_NETWORK = /^(WebSocket connection to|Failed to load resource)/

/** A person with a device of their own who opens `address`. */
export async function visit(browser: Browser, address: string, { isDark, isPhone }: Look = {}): Promise<Visit> {
  const context = await browser.newContext({
    locale: 'en-GB',
    colorScheme: isDark ? 'dark' : 'light',
    viewport: isPhone ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    hasTouch: isPhone === true,
    isMobile: isPhone === true,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !OF_NETWORK.test(message.text())) complaints.push(message.text())
  })
  await page.goto(address)
  return { page, complaints, leave: () => context.close() }
}

/** Begins a talk with the first words of it, or goes on with the one that is shown. */
export async function say(page: Page, text: string): Promise<void> {
  await page.locator('.composer-text:enabled').fill(text)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
}

/** What the agent said in the turn that is shown last. */
export function lastAnswer(page: Page) {
  return page.locator('.turn').last().locator('.agent-text')
}

/** Waits until the last turn is over; the one in which `said` was said, where there are more before it. */
export async function over(page: Page, said?: string): Promise<void> {
  const turns = page.locator('.turn')
  const turn = said === undefined ? turns : turns.filter({ has: page.locator('.said-bubble', { hasText: said }) })
  await turn.last().locator('.turn-end').waitFor()
}

/** Holds that axe finds nothing wrong with the page as it is now. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(AXE)
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as axe.AxeResults
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => ({ id, target, failureSummary })),
  )
  expect(found, where).toEqual([])
}

const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8')

// A real browser for tests. `hasBrowser` decides whether a suite can run; `openBrowser` starts it.
import { type Browser, type BrowserContext, chromium as driver, type JSHandle, type Page } from 'playwright-core'
import { findChromium } from './chromium.ts'

/** A name of this machine by which a page is not as safe as one over HTTPS or from the machine itself. */
export const NOT_SECURE = 'longwire.test'

// As root, and with no network but loopback: nothing may be asked of anybody else, and no sandbox can be made.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--host-resolver-rules=MAP ${NOT_SECURE} 127.0.0.1`,
]

/** Whether a browser is to be had. In CI the answer is always yes: there a suite fails that finds none. */
export const hasBrowser = process.env.LONGWIRE_CI !== undefined || (await findChromium()) !== undefined

/** Starts a browser of its own, with a new profile. Whoever opened it closes it. */
export async function openBrowser(): Promise<Browser> {
  const found = await findChromium()
  if (!found) {
    throw new Error('no browser runs here: npm brings one for Linux on x64, elsewhere LONGWIRE_BROWSER names one')
  }
  return driver.launch({ executablePath: found.executable, args: FLAGS, env: { ...process.env, ...found.env } })
}

export interface OpenPage {
  readonly page: Page
  readonly context: BrowserContext
  /** What went wrong in the page, and what it wrote to its console as an error, oldest first. */
  readonly complaints: readonly string[]
}

/** A page at `url` in a profile of its own, so that no test sees what another stored. */
export async function openPage(browser: Browser, url: string): Promise<OpenPage> {
  // A machine without a language has one that no browser of a person has, "en-US@posix", and Intl refuses it.
  const context = await browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  const complaints = complaintsOf(page)
  await page.goto(url)
  return { page, context, complaints }
}

/** What a page of the tests puts on its `globalThis`, once it has said that it is ready: `isReady: true`. */
export async function inside<T>(page: Page): Promise<JSHandle<T>> {
  await page.waitForFunction(() => 'isReady' in globalThis)
  return page.evaluateHandle<T>('globalThis')
}

// The browser itself tells of every request that failed. To lose the line is not a fault of the page.
const OF_NETWORK = /^(WebSocket connection to|Failed to load resource)/

/** What goes wrong in a page from now on. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !OF_NETWORK.test(message.text())) complaints.push(message.text())
  })
  return complaints
}

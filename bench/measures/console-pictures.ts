import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer } from '@longwire/server'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../../tests/browser/browser.ts'
import type { Measure, Row } from '../report.ts'
import { median, quantile } from './numbers.ts'

const AGENT = fileURLToPath(new URL('../servers/page-agent.ts', import.meta.url))
const CONSOLE = join(import.meta.dirname, '../../apps/console/dist')
const PER_SECOND = 10_000
const SECONDS = 3

/** Milliseconds between one picture and the next, while the answer was said. */
type Pictures = readonly number[]

export const consolePictures: Measure = {
  name: 'console',
  title: 'Ten thousand chunks a second into the console',
  columns: ['console', ''],
  meaning: `An agent says ${PER_SECOND.toLocaleString('en-US')} pieces a second for ${SECONDS} seconds into one paragraph, and the console shows it in Chromium as
Markdown that grows. A picture is drawn every 16.7 ms where the page leaves time for it; what the text costs to draw is more the
longer it is, so it is drawn less often then. The median of the rounds.`,
  run: async (pace) => {
    const server = await createServer({ agents: [AGENT], console: CONSOLE, port: 0 })
    const browser = await openBrowser()
    try {
      const rounds: Pictures[] = []
      for (let round = 0; round < (pace.isQuick ? 1 : 3); round++) {
        rounds.push(await watch(browser, server.url))
        pace.say(`the console drew ${rounds.at(-1)!.length} pictures`)
      }
      const row = (what: string, of: (pictures: Pictures) => number): Row => ({
        what: `between pictures, ${what}`,
        unit: 'ms',
        longwire: median(rounds.map(of)),
      })
      return [
        row('p50', (pictures) => quantile(pictures, 0.5)),
        row('p95', (pictures) => quantile(pictures, 0.95)),
        row('p99', (pictures) => quantile(pictures, 0.99)),
        row('the longest', (pictures) => Math.max(...pictures)),
      ]
    } finally {
      await browser.close()
      await server.stop(0)
    }
  },
}

// As text: this runs in the page, whose names are not those of Node.
const SAMPLE = `
  globalThis.pictures = []
  let before = performance.now()
  const drawn = (now) => { pictures.push(now - before); before = now; requestAnimationFrame(drawn) }
  requestAnimationFrame(drawn)`

async function watch(browser: Browser, url: string): Promise<Pictures> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(url)
  await page.locator('.composer-text:enabled').fill(`${PER_SECOND * SECONDS} ${PER_SECOND}`)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.locator('.agent-text').waitFor()
  await page.evaluate(SAMPLE)
  await page.locator('.turn-end').waitFor({ timeout: 120_000 })
  const pictures = (await page.evaluate('pictures')) as number[]
  await context.close()
  return pictures
}

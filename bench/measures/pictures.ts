import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, CDPSession } from 'playwright-core'
import { inside, openBrowser, openPage } from '../../tests/browser/browser.ts'
import { pageCode, pageWith } from '../../tests/browser/page-code.ts'
import { Site } from '../../tests/browser/site.ts'
import type { Drawn, FiftyPage } from '../fifty-page.ts'
import type { Measure, Row } from '../report.ts'
import { startLongwire, temporaryData } from './contestants.ts'
import { median, quantile } from './numbers.ts'

const AGENT = new URL('../servers/page-agent.ts', import.meta.url)
const PAGE = fileURLToPath(new URL('../pages/fifty.tsx', import.meta.url))
const CHUNKS = 10_000
const PACES = [
  { name: '1,000 a second', perSecond: 1_000 },
  { name: 'as fast as it comes', perSecond: 0 },
]

/** What a page was put through by one answer. */
interface Put extends Drawn {
  /** Milliseconds that the page's scripts ran for, and that its text was laid out in. */
  readonly scriptMs: number
  readonly layoutMs: number
}

export const pictures: Measure = {
  name: 'pictures',
  title: 'Ten thousand chunks into a page of fifty components',
  meaning: `An agent says ${CHUNKS.toLocaleString('en-US')} pieces into a page in Chromium, where fifty components read the session: one shows the text,
forty-nine read what seldom changes. With \`@longwire/react\`, and with the same selectors in React's own
\`useSyncExternalStore\` over the client. A picture is drawn every 16.7 ms where the page leaves time for it. Scripts is the time
that all code of the page took: the client, the fold, the selectors, React. Layout is the browser's own, for a paragraph of
50,000 characters that grows. The median of the rounds, each in a page of its own.`,
  columns: ['@longwire/react', 'plain'],
  run: async (pace) => {
    const data = await temporaryData()
    const server = await startLongwire(data, [AGENT])
    const site = await Site.open(
      { '/': pageWith(await pageCode(PAGE)) },
      `http://127.0.0.1:${await server.ask('port')}`,
    )
    const browser = await openBrowser()
    try {
      const rows: Row[] = []
      for (const { name, perSecond } of PACES) {
        const rounds: { hooks: Put; plain: Put }[] = []
        for (let round = 0; round < (pace.isQuick ? 1 : 5); round++) {
          const hooks = await put(browser, `${site.url}/?how=hooks`, perSecond)
          const plain = await put(browser, `${site.url}/?how=plain`, perSecond)
          rounds.push({ hooks, plain })
          pace.say(`${name}: ${hooks.textRenders} renderings of the text, ${plain.textRenders} without`)
        }
        rows.push(...rowsOf(name, rounds))
      }
      return rows
    } finally {
      await browser.close()
      await site.close()
      await server.stop()
      await rm(data, { recursive: true })
    }
  },
}

function rowsOf(name: string, rounds: readonly { hooks: Put; plain: Put }[]): Row[] {
  const row = (what: string, unit: string, of: (put: Put) => number): Row => {
    const longwire = median(rounds.map(({ hooks }) => of(hooks)))
    const peer = median(rounds.map(({ plain }) => of(plain)))
    const ratio = median(rounds.map(({ hooks, plain }) => of(hooks) / of(plain)))
    return { what: `${name}, ${what}`, unit, longwire, peer, ...(peer > 0 ? { ratio } : {}) }
  }
  return [
    row('renderings of the text', '', ({ textRenders }) => textRenders),
    row('renderings of the other 49', '', ({ otherRenders }) => otherRenders),
    row('between pictures, p50', 'ms', ({ pictures }) => quantile(pictures, 0.5)),
    row('between pictures, p99', 'ms', ({ pictures }) => quantile(pictures, 0.99)),
    row('the longest wait for a picture', 'ms', ({ pictures }) => Math.max(...pictures)),
    row('scripts', 'ms', ({ scriptMs }) => scriptMs),
    row('layout', 'ms', ({ layoutMs }) => layoutMs),
    row('all of it', 'ms', ({ tookMs }) => tookMs),
  ]
}

async function put(browser: Browser, url: string, perSecond: number): Promise<Put> {
  const { page, context } = await openPage(browser, url)
  const cdp = await context.newCDPSession(page)
  await cdp.send('Performance.enable')
  const app = await inside<FiftyPage>(page)
  const before = await spent(cdp)
  const drawn = await app.evaluate(({ run }, input) => run(input), `${CHUNKS} ${perSecond}`)
  if (drawn.events < CHUNKS) throw new Error(`the page heard ${drawn.events} of ${CHUNKS} events: they were merged`)
  const after = await spent(cdp)
  await context.close()
  return { ...drawn, scriptMs: after.scriptMs - before.scriptMs, layoutMs: after.layoutMs - before.layoutMs }
}

async function spent(cdp: CDPSession): Promise<Pick<Put, 'scriptMs' | 'layoutMs'>> {
  const { metrics } = await cdp.send('Performance.getMetrics')
  const ms = (of: string) => (metrics.find(({ name }) => name === of)?.value ?? 0) * 1_000
  return { scriptMs: ms('ScriptDuration'), layoutMs: ms('LayoutDuration') }
}

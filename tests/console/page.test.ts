// What holds of every page of the console: whoever looks at it, on whatever, and whatever an agent says.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { WorkerHost } from '@longwire/agent/internal'
import type { NewCommit } from '@longwire/protocol'
import { createServer, type LongwireServer } from '@longwire/server'
import { MemoryStore } from '@longwire/store'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hasBrowser, openBrowser } from '../browser/browser.ts'
import {
  builtConsole,
  expectAccessible,
  lastAnswer,
  over,
  PATIENT,
  SPEAKER,
  say,
  visit,
  withGate,
} from './console-house.ts'

const MOST_BYTES = 350_000
/** A picture of one dot. */
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
/** A page that nobody looks at, of a person who allowed it to tell them things. What they are told is kept. */
const AWAY = `
  document.hasFocus = () => false
  globalThis.told = []
  globalThis.Notification = class {
    static permission = 'granted'
    constructor(title) { told.push(title) }
    close() {}
  }
`
/** The list of sessions is asked for now and then. */
const WHILE_BUSY = { timeout: 60_000 }
const COMMITS_OF_A_TURN = 5
/** An id as the server makes them: then it is the key in the store as well. */
const LONG = `ses_${'l'.repeat(43)}`

vi.setConfig(PATIENT)

describe.skipIf(!hasBrowser)('the pages of the console', () => {
  let server: LongwireServer
  let browser: Browser
  let folder: string

  beforeAll(async () => {
    folder = builtConsole()
    const store = new MemoryStore()
    await longSession(store, 100_000)
    const [served, opened] = await Promise.all([
      createServer({ agents: [SPEAKER], data: store, console: folder, port: 0 }),
      openBrowser(),
    ])
    server = served
    browser = opened
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop(0)
  })

  test(`the first view takes less than ${MOST_BYTES / 1_000} kB, gzipped`, async () => {
    const { page, leave } = await visit(browser, 'about:blank')
    const files: string[] = []
    page.on('response', (response) => {
      files.push(new URL(response.url()).pathname)
    })
    await page.goto(server.url, { waitUntil: 'networkidle' })
    const assets = files.filter((path) => path.startsWith('/assets/'))
    const bytes = assets.reduce((sum, path) => sum + gzippedBytes(join(folder, path)), 0)
    expect(assets.length).toBeGreaterThan(2)
    expect(bytes).toBeLessThan(MOST_BYTES)
    await leave()
  })

  test('scripts come from files of the console alone, those for ever, and what is no page of it is not one', async () => {
    const page = await fetch(server.url)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/)
    expect(policy).not.toContain('unsafe')
    const [, script = ''] = /src="(\/assets\/[^"]+)"/.exec(await page.text()) ?? []
    const served = await fetch(server.url + script, { headers: { 'accept-encoding': 'br' } })
    expect(served.headers.get('cache-control')).toContain('immutable')
    expect(served.headers.get('content-encoding')).toBe('br')
    expect((await fetch(`${server.url}/s/anything`)).headers.get('content-type')).toContain('text/html')
    expect((await fetch(`${server.url}/v1/nothing`)).status).toBe(404)
    expect((await fetch(`${server.url}/assets/nothing.js`)).status).toBe(404)
    expect((await fetch(`${server.url}/assets/..%2f..%2fpackage.json`)).status).toBe(404)
  })

  test('where the console is not built, the page says so and how to have it', async () => {
    const own = await createServer({ agents: [], console: join(folder, 'nowhere'), port: 0 })
    const { page, complaints, leave } = await visit(browser, own.url)
    await page.getByText('The web console is not built. Run npm run console').waitFor()
    await page.getByRole('heading', { name: 'Agents', exact: true }).waitFor()
    expect(complaints).toEqual([])
    await leave()
    await own.stop(0)
  })

  test('in development a page loads itself again when something is another, and keeps what is being written', async () => {
    const changes = new EventTarget()
    const own = await createServer({ agents: [SPEAKER], console: folder, changes, port: 0 })
    const { page, complaints, leave } = await visit(browser, 'about:blank')
    const isListening = page.waitForResponse(/changes$/)
    await page.goto(own.url)
    await page.locator('.composer-text:enabled').fill('half a thou')
    await isListening
    const isLoadedAgain = page.waitForEvent('load')
    changes.dispatchEvent(new Event('change'))
    await isLoadedAgain
    await expect.poll(() => page.locator('.composer-text').inputValue()).toBe('half a thou')
    expect(await (await fetch(server.url)).text()).not.toContain('longwire-changes')
    expect(complaints).toEqual([])
    await leave()
    await own.stop(0)
  })

  test('in development a page that is open shows what goes wrong in agents, until it is mended', async () => {
    const host = await WorkerHost.open({ files: [SPEAKER], log: () => {} })
    const developing = { changes: new EventTarget(), showsFaults: true }
    const own = await createServer({ agents: host, console: folder, ...developing, port: 0 })
    const { page, complaints, leave } = await visit(browser, own.url)
    await say(page, 'drop one')
    await page.getByText('What went wrong in agents (1)').click()
    await page.locator('.faults').getByRole('heading', { name: 'dropped: one <b>cup</b>' }).waitFor()
    await say(page, 'drop another')
    await page.locator('.faults[open]').getByRole('heading', { name: 'dropped: another <b>cup</b>' }).waitFor()
    await host.reload(SPEAKER)
    await page.locator('.faults').waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
    await leave()
    await own.stop(0)
  })

  test('nothing that an agent says is run, fetched or followed', async () => {
    const { page, complaints, leave } = await visit(browser, server.url)
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await say(page, 'hostile')
    await over(page)
    const answer = lastAnswer(page)
    await answer.locator('.hljs-keyword').waitFor()
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false)
    expect(await answer.locator('img, script').count()).toBe(0)
    expect(await answer.innerText()).toContain('<script>')
    const links = await answer
      .locator('a')
      .evaluateAll((all) => all.map((each) => (each as unknown as { href: string }).href))
    expect(links.filter((href) => href?.startsWith('javascript:'))).toEqual([])
    expect(await answer.locator('a', { hasText: 'there' }).getAttribute('rel')).toContain('noopener')
    expect(await answer.locator('td').count()).toBe(2)
    expect(asked.filter((url) => !url.startsWith(server.url))).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })

  test.each([{ isPhone: false }, { isPhone: true }])(
    'nobody is kept out of it, by light or in the dark (on a phone: $isPhone)',
    async (look) => {
      const { page, complaints, leave } = await visit(browser, server.url, look)
      const open = async (where: string) => {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
          await expectAccessible(page, `${where}, ${colorScheme}`)
        }
      }
      await page.locator('.composer-text:enabled').waitFor()
      await open('where a talk begins')
      await say(page, 'letter')
      await page.getByRole('button', { name: 'Edit' }).click()
      await page.getByLabel('Copies').fill('3')
      await page.getByLabel('Changes').waitFor()
      await open('where an approval is asked')
      await page.getByRole('button', { name: 'Approve with changes' }).click()
      await over(page)
      await say(page, 'hostile')
      await over(page, 'hostile')
      await lastAnswer(page).locator('.hljs-keyword').waitFor()
      await page
        .getByRole('button', { name: /^Reasoning of this turn/ })
        .first()
        .click()
      await page.locator('.record-head').first().click()
      await page.locator('.record-detail').waitFor()
      await open('where an answer and how it came about are read')
      expect(complaints).toEqual([])
      await leave()
    },
  )

  test('a session of 100,000 commits opens at its end, and what was before comes as it is scrolled to', async () => {
    const { page, complaints, leave } = await visit(browser, `${server.url}/s/${LONG}`)
    await page.getByText('Answer 20000.', { exact: true }).waitFor()
    expect(await page.locator('.turn').count()).toBeLessThan(20)
    const talk = page.getByRole('region', { name: 'What was said' })
    await talk.focus()
    await expect
      .poll(async () => {
        await page.keyboard.press('Home')
        const [, first] = /Answer (\d+)\./.exec(await page.locator('.turns').innerText()) ?? []
        return Number(first)
      })
      .toBeLessThan(19_950) // so two pages have come: the first view has less than twenty turns, a page has twenty
    expect(await page.locator('.turn').count()).toBeLessThan(30)
    await page.getByRole('button', { name: 'Go to the end' }).click()
    await page.getByText('Answer 20000.', { exact: true }).waitFor()
    await say(page, 'hello')
    await page.locator('.agent-text', { hasText: 'Heard: hello' }).waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('pictures go along with what is written, and milestones show how far the agent is', async () => {
    const { page, complaints, leave } = await visit(browser, server.url)
    const picture = { name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(DOT, 'base64') }
    await page.locator('input[type=file]').setInputFiles(picture)
    await page.getByRole('list', { name: 'Attached' }).getByText('dot.png').waitFor()
    await withGate(async (gate) => {
      await say(page, `work ${gate.file}`)
      await page.getByRole('img', { name: 'dot.png' }).waitFor()
      await page.locator('.doing-what', { hasText: 'Sorting the papers' }).waitFor()
      await expect.poll(() => page.locator('progress').first().getAttribute('value')).toBe('0.4')
      gate.open()
      await over(page)
    })
    expect(await lastAnswer(page).innerText()).toContain('Sorted.')
    expect(complaints).toEqual([])
    await leave()
  })

  test('who is not at the page is told outside of it when an agent has finished or needs them, and sees it in the title', async () => {
    const { page, complaints, leave } = await visit(browser, 'about:blank')
    await page.addInitScript(AWAY)
    await page.goto(server.url)
    const told = () => page.evaluate('told')
    await withGate(async (gate) => {
      await say(page, `work ${gate.file}`)
      await page.locator('.session-link.running').first().waitFor()
      expect(await told()).toEqual([])
      gate.open()
      await expect.poll(told, WHILE_BUSY).toEqual(['speaker has finished'])
    })
    await say(page, 'letter')
    await expect.poll(told, WHILE_BUSY).toEqual(['speaker has finished', 'speaker needs you'])
    await expect.poll(() => page.title(), WHILE_BUSY).toMatch(/^\(\d+\) /)
    await page.getByRole('button', { name: 'Approve', exact: true }).click()
    await over(page, 'letter')
    expect(complaints).toEqual([])
    await leave()
  })

  test('sessions are found by their name, renamed, shown beside each other, closed and erased', async () => {
    const { page, complaints, leave } = await visit(browser, server.url)
    await say(page, 'the first of two')
    await over(page)
    await page.getByRole('button', { name: 'Session', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Rename…' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('A heron')
    await page.getByRole('button', { name: 'Rename', exact: true }).click()
    await page.getByRole('heading', { name: 'A heron' }).waitFor()
    await page.keyboard.press('Alt+KeyN')
    await page.getByRole('heading', { name: 'What would you like to know?' }).waitFor()
    await say(page, 'the second of two')
    await over(page)
    await page.keyboard.press('Control+KeyK')
    await page.keyboard.type('hero')
    const row = page.getByRole('link', { name: /^A heron/ })
    await row.waitFor()
    await page.getByRole('link', { name: /^the second/ }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Open A heron beside' }).click()
    await expect.poll(() => page.locator('.pane').count()).toBe(2)
    const heron = page.getByRole('region', { name: 'A heron' })
    await heron.locator('.composer-text:enabled').fill('both on one line')
    await heron.getByRole('button', { name: 'Send', exact: true }).click()
    await heron.locator('.agent-text', { hasText: 'Heard: both on one line' }).waitFor()
    await heron.getByRole('button', { name: 'Session', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Close…' }).click()
    await page.getByRole('button', { name: 'Close it' }).click()
    await heron.getByText('This session is closed.', { exact: false }).waitFor()
    await heron.getByRole('button', { name: 'Session', exact: true }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Export as Markdown' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('a-heron.md')
    expect(readFileSync(await download.path(), 'utf8')).toContain('both on one line')
    await heron.getByRole('button', { name: 'Session', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Erase…' }).click()
    await page.getByRole('button', { name: 'Erase it' }).click()
    await row.waitFor({ state: 'detached' })
    await expect.poll(() => page.locator('.pane').count()).toBe(1)
    expect(complaints).toEqual([])
    await leave()
  })
})

function gzippedBytes(file: string): number {
  return (statSync(`${file}.gz`, { throwIfNoEntry: false }) ?? statSync(file)).size
}

/** A talk of so many commits: short turns, one after the other. */
async function longSession(store: MemoryStore, commits: number): Promise<void> {
  const about = { session: LONG, agent: 'speaker', principal: 'local', metadata: { title: 'A long talk' } }
  const at = Date.now() - 1_000
  const opened = { type: 'session.opened', at, session: LONG, agent: 'speaker', tools: [], metadata: about.metadata }
  await store.create({ key: LONG, ...about, createdAt: at }, [JSON.stringify({ seq: 1, ...opened })])
  let head = 1
  while (head < commits) {
    const batch: string[] = []
    while (batch.length < 1_000) {
      for (const commit of turnAfter(head + batch.length, at)) batch.push(JSON.stringify(commit))
    }
    head = await store.append(LONG, { head, commits: batch, status: 'idle', at })
  }
}

function turnAfter(head: number, at: number): readonly (NewCommit & { seq: number })[] {
  const n = Math.ceil(head / COMMITS_OF_A_TURN)
  const [input, turn, step] = [`i${head + 1}`, `t${head + 2}`, `t${head + 2}.1`]
  const message = { role: 'assistant' as const, parts: [{ type: 'text' as const, text: `Answer ${n}.` }] }
  const commits: NewCommit[] = [
    { type: 'input.accepted', at, input, delivery: 'queue', text: `Question ${n}`, by: 'local' },
    { type: 'turn.started', at, turn, cause: 'input', inputs: [input], attempt: 1 },
    { type: 'input.applied', at, input, turn },
    { type: 'message.committed', at, turn, step, message },
    { type: 'turn.ended', at, turn, outcome: 'completed', finishReason: 'stop' },
  ]
  return commits.map((commit, index) => ({ seq: head + 1 + index, ...commit }))
}

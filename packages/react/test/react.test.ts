// The hooks in a real browser, under StrictMode, against a real server.
import { join } from 'node:path'
import { defineAgent } from '@longwire/agent'
import { InProcessHost } from '@longwire/agent/internal'
import { connect } from '@longwire/client'
import { createServer } from '@longwire/server'
import type { SessionView } from '@longwire/view'
import type { JSHandle, Page } from 'playwright-core'
import { renderToString } from 'react-dom/server'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, inside, type OpenPage, openBrowser, openPage } from '../../../tests/browser/browser.ts'
import { pageCode, pageWith } from '../../../tests/browser/page-code.ts'
import { Site } from '../../../tests/browser/site.ts'
import { hydratedApp } from './hydrated-app.ts'
import type { ReactingPage } from './reacting-page.ts'

/** Says what it is told to, and waits at its gate where it is told that. */
class Gate {
  #open = () => {}
  #opened: Promise<void> = Promise.resolve()
  shut(): void {
    this.#opened = new Promise((resolve) => {
      this.#open = resolve
    })
  }
  open(): void {
    this.#open()
  }
  passed(): Promise<void> {
    return this.#opened
  }
}

const gate = new Gate()
const speaker = defineAgent({
  name: 'speaker',
  async run(turn) {
    const [word, count] = turn.input.text.split(' ')
    if (word === 'ask') {
      const { approved } = await turn.request.approval({ message: 'May I?' })
      return turn.text(approved ? 'I may.' : 'I may not.')
    }
    turn.trace.milestone('Thinking of it')
    for (let at = 0; at < Number(count ?? 0); at++) await turn.text(`${at} `)
    await turn.text(`You said: ${turn.input.text}`)
    await gate.passed()
  },
})

describe.skipIf(!hasBrowser)('React', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>
  let server: Awaited<ReturnType<typeof createServer>>
  let site: Site
  const open: OpenPage[] = []

  beforeAll(async () => {
    const scenes = join(import.meta.dirname, 'pages/scenes.tsx')
    const host = await InProcessHost.open([speaker])
    const code = await Promise.all([pageCode(scenes, 'development'), pageCode(scenes)])
    server = await createServer({ agents: host, port: 0 })
    site = await Site.open({ '/development': pageWith(code[0]), '/production': pageWith(code[1]) }, server.url)
    browser = await openBrowser()
  }, 60_000)

  afterEach(async () => {
    gate.open()
    const complaints = open.flatMap((opened) => opened.complaints)
    await Promise.all(open.splice(0).map(({ context }) => context.close()))
    expect(complaints).toEqual([])
  })

  afterAll(async () => {
    await browser?.close()
    await site?.close()
    await server?.stop(0)
  })

  /** A page on which that scene is mounted, and the commands that it sends. */
  async function scene(name: string, { session = '', mode = 'development' } = {}) {
    const opened = await openPage(browser, 'about:blank')
    open.push(opened)
    const { page } = opened
    const sent: { type: string; text?: string }[] = []
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(JSON.parse(String(payload)))))
    await page.goto(`${site.url}/${mode}?session=${session}`)
    const app = await inside<ReactingPage>(page)
    await app.evaluate(({ show }, which) => show(which), name)
    const count = (type: string) => sent.filter((command) => command.type === type).length
    return { page, context: opened.context, app, count, complaints: opened.complaints as string[] }
  }

  async function made(text?: string): Promise<string> {
    const { session } = await post('/v1/sessions', { agent: 'speaker' })
    if (text !== undefined) await post(`/v1/sessions/${session}/commands`, { type: 'input', id: text, text })
    return String(session)
  }

  async function viewOf(session: string): Promise<SessionView> {
    return (await fetch(`${server.url}/v1/sessions/${session}/view`)).json() as Promise<SessionView>
  }

  async function post(path: string, body: object): Promise<Record<string, unknown>> {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return (await answer.json()) as Record<string, unknown>
  }

  test('a chat is opened once under StrictMode, and shows what is said, by whom it is traced and how the line is', async () => {
    gate.shut()
    const { page, count } = await scene('chat')
    await shows(page, 'state', 'ready true ')
    await shows(page, 'connection', 'online')
    await page.click('#ask')
    await shows(page, 'text', 'You said: hello')
    await shows(page, 'status', 'running')
    await shows(page, 'trace', 'Thinking of it')
    gate.open()
    await shows(page, 'turn', /^t\d+ completed$/)
    expect({ opened: count('open'), sent: count('input') }).toEqual({ opened: 1, sent: 1 })
  })

  test('a line that is lost is shown, what is sent meanwhile waits, and everything is there once after it is back', async () => {
    gate.shut()
    const { page, context } = await scene('chat')
    await shows(page, 'state', 'ready true ')
    await page.click('#ask')
    await shows(page, 'text', 'You said: hello')
    await context.setOffline(true)
    site.cut()
    await shows(page, 'connection', /waiting|connecting/)
    await page.click('#ask')
    await shows(page, 'outbox', 'hello waiting')
    gate.open()
    await context.setOffline(false)
    await shows(page, 'connection', 'online')
    await shows(page, 'text', 'You said: helloYou said: hello')
    await shows(page, 'status', 'idle')
    await shows(page, 'outbox', '')
  })

  test('what the agent asks is shown while it is asked, and answered from there', async () => {
    const { page } = await scene('approval')
    await page.click('#ask')
    await page.click('#approve')
    await shows(page, 'text', 'I may.')
    expect(await page.$('#approve')).toBe(null)
  })

  test.each(['suspended', 'within'])(
    'a component that waits for its session (%s) opens one, however often it is rendered',
    async (name) => {
      const { page, count } = await scene(name)
      await shows(page, 'ready', 'there')
      expect(await page.$('#waiting')).toBe(null)
      expect(count('open')).toBe(1)
    },
  )

  test('a session that cannot be had is an error of the component that waits for it, and a state of the one that does not', async () => {
    const waiting = await scene('missing')
    await shows(waiting.page, 'failed', 'session_not_found')
    waiting.complaints.length = 0 // React tells the console of every error that a boundary took
    const { page } = await scene('lost')
    await shows(page, 'state', 'lost true session_not_found')
  })

  test('components that mean the same session share one attachment, which ends a moment after the last of them', async () => {
    const session = await made('hello')
    const { page, app, count } = await scene('shared', { session })
    await shows(page, 'text', 'You said: hello')
    await page.click('#toggle')
    await page.click('#toggle')
    await shows(page, 'status', 'idle')
    expect({ attached: count('attach'), detached: count('detach') }).toEqual({ attached: 1, detached: 0 })
    await app.evaluate(({ clear }) => clear())
    await expect.poll(() => count('detach')).toBe(1)
  })

  test('a session that was let go of is attached to again when it is shown again', async () => {
    const { page, count } = await scene('alone', { session: await made('hello') })
    await shows(page, 'status', 'idle')
    await page.click('#toggle')
    await expect.poll(() => count('detach')).toBe(1)
    await page.click('#toggle')
    await shows(page, 'status', 'idle')
    expect(count('attach')).toBe(2)
  })

  test('a session that is first asked for while rendering moves the line of who shows it, and React finds no fault with it', async () => {
    const { page, complaints } = await scene('later', { session: await made('hello') })
    await shows(page, 'connection', 'idle')
    await page.click('#begin')
    await shows(page, 'status', 'idle')
    await shows(page, 'connection', 'online')
    expect(complaints).toEqual([])
  })

  test('a page that was rendered on a server with its view goes on from there', async () => {
    const session = await made('hello')
    await expect.poll(async () => (await viewOf(session)).status).toBe('idle')
    const view = await viewOf(session)
    const html = renderToString(hydratedApp(connect(site.url), view))
    expect(html).toContain('ready: hello / You said: hello')
    const data = `<script type="application/json" id="view">${JSON.stringify(view).replaceAll('<', '\\u003c')}</script>`
    const code = await pageCode(join(import.meta.dirname, 'pages/hydrated.ts'), 'development')
    const home = await Site.open({ '/': pageWith(code, html, data) }, server.url)
    const opened = await openPage(browser, 'about:blank')
    open.push(opened)
    const sent: { type: string; after?: string }[] = []
    opened.page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => sent.push(JSON.parse(String(payload)))),
    )
    await opened.page.goto(home.url)
    await inside(opened.page)
    await post(`/v1/sessions/${session}/commands`, { type: 'input', id: 'again', text: 'again' })
    await shows(opened.page, 'text', 'ready: hello / You said: hello / again / You said: again')
    expect(sent).toMatchObject([{ type: 'attach', after: view.at }])
    await home.close()
  })

  test('lists of agents and sessions are there, and can be asked for again', async () => {
    const { page } = await scene('lists')
    await shows(page, 'lists', /^speaker \d+$/)
    const before = Number((await page.textContent('#lists'))?.split(' ')[1])
    await made()
    await page.click('#lists')
    await shows(page, 'lists', `speaker ${before + 1}`)
  })

  test('of 10,000 pieces into 50 components, only the one that shows them is rendered, and that once a picture at most', async () => {
    gate.shut()
    const session = await made()
    const { page, app } = await scene('fifty', { session, mode: 'production' })
    await app.evaluate(async ({ client }, id) => client.session(id).ready, session)
    await page.getByText('speaker').first().waitFor()
    const before = await counted(app)
    const pictures = app.evaluate(({ pictures }) => pictures('You said'))
    await post(`/v1/sessions/${session}/commands`, { type: 'input', id: 'flood', text: 'flood 10000' })
    const drawn = await pictures
    const after = await counted(app)
    expect(await page.textContent('#text')).toBe(
      `${Array.from({ length: 10_000 }, (_, at) => `${at} `).join('')}You said: flood 10000`,
    )
    const anew = Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - before[name]!]))
    // Seven components read each of these: the first three are other once, when the turn begins.
    const still = { Fifty: 0, status: 7, turns: 7, named: 7, agent: 0, usage: 0, requests: 0, connection: 0 }
    expect(anew).toEqual({ ...still, Text: expect.any(Number) })
    expect(anew.Text).toBeGreaterThan(0)
    expect(anew.Text).toBeLessThanOrEqual(drawn + 2)
  })
})

function counted(app: JSHandle<ReactingPage>): Promise<Record<string, number>> {
  return app.evaluate(({ renders }) => ({ ...renders }))
}

/** Resolves when the element has that text. */
async function shows(page: Page, id: string, text: string | RegExp): Promise<void> {
  await expect
    .poll(() => page.textContent(`#${id}`).catch(() => null), { timeout: 10_000 })
    .toEqual(typeof text === 'string' ? text : expect.stringMatching(text))
}

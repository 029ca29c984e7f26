// The client in a real browser, against a real server, through whatever may happen to a page.
import { join } from 'node:path'
import { defineAgent } from '@longwire/agent'
import { InProcessHost } from '@longwire/agent/internal'
import { createServer } from '@longwire/server'
import type { SessionView } from '@longwire/view'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, inside, NOT_SECURE, type OpenPage, openBrowser, openPage } from './browser.ts'
import { pageCode, pageWith } from './page-code.ts'
import type { PlainPage } from './plain-page.ts'
import { Site } from './site.ts'
import { putToSleep } from './sleep.ts'

const PIECES = 40
const WHOLE = Array.from({ length: PIECES }, (_, at) => `${at} `).join('')
const HALF = PIECES / 2

const EVERYTHING = { trace: 'debug', reasoning: true } as const

let half = Promise.withResolvers<void>()
let gate = Promise.withResolvers<void>()

/** Says one half, and the other when its gate is open. */
const speaker = defineAgent({
  name: 'speaker',
  async run(turn) {
    for (let at = 0; at < PIECES; at++) {
      if (at === HALF) {
        half.resolve()
        await gate.promise
      }
      await turn.text(`${at} `)
    }
  },
})

describe.skipIf(!hasBrowser)('the client in a browser', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>
  let server: Awaited<ReturnType<typeof createServer>>
  let site: Site
  const open: OpenPage[] = []

  beforeAll(async () => {
    // Whatever name the page has, which a server that is being developed would not let in.
    const anybody = { name: 'anybody', verify: async () => ({ principal: 'local', roles: ['*'], sees: EVERYTHING }) }
    const agents = await InProcessHost.open([speaker])
    server = await createServer({ agents, port: 0, heartbeatMs: 800, verifiers: [anybody] })
    const code = await pageCode(join(import.meta.dirname, 'pages/plain.ts'))
    site = await Site.open({ '/page': pageWith(code) }, server.url)
    browser = await openBrowser()
  }, 60_000)

  afterEach(async () => {
    gate.resolve()
    half = Promise.withResolvers()
    gate = Promise.withResolvers()
    site.upgrades = 'pass'
    site.isDown = false
    const complaints = open.flatMap((opened) => opened.complaints)
    await Promise.all(open.splice(0).map(({ context }) => context.close()))
    expect(complaints).toEqual([])
  })

  afterAll(async () => {
    await browser?.close()
    await site?.close()
    await server?.stop(0)
  })

  async function pageOf(query = '', of = browser) {
    const opened = await openPage(of, `${site.url}/page?${query}`)
    open.push(opened)
    return { ...opened, app: await inside<PlainPage>(opened.page) }
  }
  /** One more tab beside that page, in the same browser. */
  async function tabBeside({ context }: OpenPage, query: string) {
    const page = await context.newPage()
    await page.goto(`${site.url}/page?${query}`)
    return { page, app: await inside<PlainPage>(page) }
  }
  type App = Awaited<ReturnType<typeof pageOf>>['app']

  /** Everything is there once: the page's view is the server's, the answer was given once, and no event was read twice. */
  async function hasAllOnce(app: App, pieces?: readonly string[]) {
    await expect.poll(() => app.evaluate(({ client }) => client.state.kind)).toBe('online')
    const id = await app.evaluate(({ session }) => session.id)
    const view = (await (await fetch(`${server.url}/v1/sessions/${id}/view`)).json()) as SessionView
    await expect.poll(() => app.evaluate(({ session }) => session.view)).toEqual(view)
    expect(view.turns.map(({ status }) => status)).toEqual(['completed'])
    if (pieces) expect(pieces.join('')).toBe(WHOLE)
    const places = await app.evaluate(({ read }) => read.map(({ at }) => at.split('.').map(Number)))
    for (const [index, [seq = 0, sub = 0]] of places.entries()) {
      const [before = 0, subBefore = 0] = places[index - 1] ?? []
      expect(seq * 1e6 + sub, `place ${index} after the one before`).toBeGreaterThan(before * 1e6 + subBefore)
    }
  }

  function wireOf(app: App): Promise<string | undefined> {
    return app.evaluate(({ client: { state } }) => (state.kind === 'online' ? state.wire : undefined))
  }

  test('[A4] a page that is offline in mid-answer has all of it, once, when it is online again', async () => {
    const { app, context } = await pageOf()
    const asked = app.evaluate(({ ask }) => ask('go'))
    await half.promise
    await context.setOffline(true)
    site.cut()
    await expect.poll(() => app.evaluate(({ client }) => client.state.kind)).not.toBe('online')
    gate.resolve()
    await context.setOffline(false)
    await hasAllOnce(app, await asked)
  })

  test('[A1] a page that is reloaded in mid-answer goes on from the place that it kept', async () => {
    const { app, page } = await pageOf()
    void app.evaluate(({ session }) => void session.send('go'))
    await half.promise
    await expect.poll(() => app.evaluate(({ session }) => JSON.stringify(session.view.turns))).toContain(`${HALF - 1} `)
    const { id, place } = await app.evaluate(({ keep, session }) => {
      keep()
      return { id: session.id, place: session.place }
    })
    await page.goto(`${site.url}/page?session=${id}`)
    const again = await inside<PlainPage>(page)
    expect(await again.evaluate(({ session }) => session.place)).toBe(place)
    gate.resolve()
    await expect.poll(() => again.evaluate(({ session }) => session.status)).toBe('idle')
    await hasAllOnce(again)
    expect(await again.evaluate(({ read }) => read.filter(({ type }) => type === 'snapshot'))).toEqual([])
  })

  test('[A2] a page that is reloaded in mid-answer and kept nothing gets what is there, and the rest once', async () => {
    const { app, page } = await pageOf()
    void app.evaluate(({ session }) => void session.send('go'))
    await half.promise
    const id = await app.evaluate(({ session }) => session.id)
    await page.goto(`${site.url}/page?session=${id}`)
    const again = await inside<PlainPage>(page)
    gate.resolve()
    await expect.poll(() => again.evaluate(({ session }) => session.status)).toBe('idle')
    await hasAllOnce(again)
  })

  test('[A4] two tabs of one browser show the same, whichever of them asks', async () => {
    const first = await pageOf()
    const id = await first.app.evaluate(({ session }) => session.id)
    const { app: second } = await tabBeside(first, `session=${id}`)
    const asked = second.evaluate(({ ask }) => ask('go'))
    await half.promise
    site.cut()
    gate.resolve()
    await hasAllOnce(second, await asked)
    await hasAllOnce(first.app)
  })

  test('[K43] tabs that share have one WebSocket, and when the one that has it is closed in mid-answer, another goes on', async () => {
    await expect.poll(() => site.webSockets).toBe(0)
    const first = await pageOf('share')
    const id = await first.app.evaluate(({ session }) => session.id)
    const second = await tabBeside(first, `share&session=${id}`)
    const third = await tabBeside(first, `share&session=${id}`)
    expect(site.webSockets).toBe(1)
    const asked = second.app.evaluate(({ ask }) => ask('go'))
    await half.promise
    await first.page.close()
    gate.resolve()
    await hasAllOnce(second.app, await asked)
    await hasAllOnce(third.app)
    await expect.poll(() => site.webSockets).toBe(1)
  })

  test('[K43] a page that may have no locks, for it came over plain HTTP, shares nothing and talks all the same', async () => {
    const opened = await openPage(browser, `http://${NOT_SECURE}:${site.port}/page?share`)
    open.push(opened)
    const app = await inside<PlainPage>(opened.page)
    expect(await app.evaluate(() => 'locks' in navigator)).toBe(false)
    gate.resolve()
    await hasAllOnce(app, await app.evaluate(({ ask }) => ask('go')))
  })

  test.each(['forbid', 'answer', 'hang'] as const)(
    '[K31] a page whose WebSockets are blocked (%s) talks over another wire',
    async (how) => {
      site.upgrades = how
      const { app } = await pageOf()
      const asked = app.evaluate(({ ask }) => ask('go'))
      await half.promise
      gate.resolve()
      await hasAllOnce(app, await asked)
      expect(await wireOf(app)).toBe('sse')
    },
  )

  test('[K31] a page whose WebSocket is taken away in mid-answer goes on over another wire, and nothing is lost or doubled', async () => {
    const { app } = await pageOf()
    expect(await wireOf(app)).toBe('websocket')
    const asked = app.evaluate(({ ask }) => ask('go'))
    await half.promise
    site.upgrades = 'forbid'
    site.cut()
    await expect.poll(() => wireOf(app)).toBe('sse')
    gate.resolve()
    await hasAllOnce(app, await asked)
  })

  test('[K33] a tab that comes back from the background does not wait for its next try', async () => {
    const { app } = await pageOf('chance=0.99')
    const asked = app.evaluate(({ ask }) => ask('go'))
    await half.promise
    site.isDown = true
    site.cut()
    // Looked at in one go: a slow machine may come to its next try between two looks.
    await expect
      .poll(() =>
        app.evaluate(({ client, turn }) => {
          turn('hidden')
          const { state } = client
          turn('visible')
          return state.kind === 'waiting' && state.until - Date.now() > 1_200 ? client.state.kind : state.kind
        }),
      )
      .toBe('connecting')
    site.isDown = false
    gate.resolve()
    await app.evaluate(({ turn }) => turn('visible'))
    await hasAllOnce(app, await asked)
  })

  test.each(['local', 'indexed'])(
    '[K38] what was sent while nothing got through is sent by the page that is loaded next, once (%s)',
    async (storage) => {
      const { app, page } = await pageOf(`keep=${storage}`)
      const id = await app.evaluate(({ session }) => session.id)
      site.isDown = true
      site.cut()
      await expect.poll(() => app.evaluate(({ client }) => client.state.kind)).not.toBe('online')
      await app.evaluate(({ session }) => void session.send('go').catch(() => {}))
      await expect.poll(() => app.evaluate(({ hasKeptSends }) => hasKeptSends())).toBe(true)
      await page.goto(`${site.url}/page?keep=${storage}&session=${id}`)
      const again = await inside<PlainPage>(page)
      gate.resolve()
      site.isDown = false
      await expect
        .poll(() => again.evaluate(({ session }) => session.view.turns.map(({ status }) => status)))
        .toEqual(['completed'])
      await hasAllOnce(again)
      expect(await again.evaluate(({ session }) => session.outbox)).toEqual([])
    },
  )

  test('a worker talks as a page does', async () => {
    const code = await pageCode(join(import.meta.dirname, 'pages/worker.ts'))
    const begin = `const blob = new Blob([${JSON.stringify(code)}], { type: 'text/javascript' })
      const worker = new Worker(URL.createObjectURL(blob), { type: 'module' })
      worker.onmessage = ({ data }) => Object.assign(globalThis, { said: data, isReady: true })
      worker.postMessage(location.origin)`
    const home = await Site.open({ '/': pageWith(begin) }, server.url)
    gate.resolve()
    const opened = await openPage(browser, home.url)
    open.push(opened)
    expect(await (await inside<{ said: string }>(opened.page)).evaluate(({ said }) => said)).toBe(WHOLE)
    await home.close()
  })

  test('[K3] a laptop that slept through an answer has all of it, once, when it wakes up', async () => {
    const asleep = await openBrowser()
    try {
      const { app } = await pageOf('', asleep)
      const asked = app.evaluate(({ ask }) => ask('go'))
      await half.promise
      const cut = site.cutByServer
      const wakeUp = await putToSleep(asleep)
      gate.resolve()
      // Until the server has given it up: the sockets of a machine that sleeps stand open for a while.
      await expect.poll(() => site.cutByServer).toBeGreaterThan(cut)
      wakeUp()
      await hasAllOnce(app, await asked)
    } finally {
      open.splice(0)
      await asleep.close()
    }
  })
})

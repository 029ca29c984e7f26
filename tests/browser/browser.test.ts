// The browser of the tests, tried by itself: what the other suites lean on.
import { join } from 'node:path'
import { defineAgent } from '@longwire/agent'
import { InProcessHost } from '@longwire/agent/internal'
import { createServer } from '@longwire/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, inside, openBrowser, openPage } from './browser.ts'
import { findChromium } from './chromium.ts'
import { pageCode, pageWith } from './page-code.ts'
import type { PlainPage } from './plain-page.ts'
import { Site } from './site.ts'

const comesFromNpm = process.platform === 'linux' && process.arch === 'x64' && !process.env.LONGWIRE_BROWSER

const speaker = defineAgent({
  name: 'speaker',
  async run(turn) {
    for (const piece of ['You said: ', turn.input.text]) await turn.text(piece)
  },
})

describe.skipIf(!hasBrowser)('the browser of the tests', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => {
    browser = await openBrowser()
  }, 60_000)
  afterAll(() => browser?.close())

  test.skipIf(!comesFromNpm)('comes from npm where npm has one', async () => {
    expect(await findChromium()).toMatchObject({ from: 'npm' })
  })

  test('runs a page of our sources against a real server, through a site of its own', async () => {
    const server = await createServer({ agents: await InProcessHost.open([speaker]), port: 0 })
    const code = await pageCode(join(import.meta.dirname, 'pages/plain.ts'))
    const site = await Site.open({ '/page': pageWith(code) }, server.url)
    try {
      const { page, context, complaints } = await openPage(browser, `${site.url}/page`)
      const said = await (await inside<PlainPage>(page)).evaluate(({ session }) => session.ask('hello').result)
      expect({ said, complaints }).toEqual({ said: 'You said: hello', complaints: [] })
      await context.close()
    } finally {
      await site.close()
      await server.stop(0)
    }
  })
})

// The AI SDK's own `useChat` in a real browser, against a real server.
import { join } from 'node:path'
import { defineAgent, tool } from '@longwire/agent'
import { InProcessHost } from '@longwire/agent/internal'
import { calls, fails, type Script, says, scripted, thinks } from '@longwire/agent/testing'
import { createServer } from '@longwire/server'
import type { SessionView } from '@longwire/view'
import type { UIMessage } from 'ai'
import type { JSHandle } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { hasBrowser, inside, type OpenPage, openBrowser, openPage } from '../../../tests/browser/browser.ts'
import { pageCode, pageWith } from '../../../tests/browser/page-code.ts'
import { Site } from '../../../tests/browser/site.ts'
import { toUIMessages } from '../src/index.ts'
import type { ChatPage } from './chat-page.ts'

let gate = Promise.withResolvers<void>()

const speaker = defineAgent({
  name: 'speaker',
  async run(turn) {
    turn.trace.milestone('Thinking of it')
    await turn.text(`About «${turn.input.text}»: `)
    await gate.promise
    await turn.text('that is all.')
  },
})

const getWeather = tool({
  title: 'Weather',
  description: 'The weather of a city.',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => {
    if (city === 'Atlantis') throw new Error('no such city')
    return { city, degrees: 21 }
  },
})
const sendMail = tool({
  description: 'Sends a mail.',
  inputSchema: z.object({ to: z.string() }),
  needsApproval: true,
  execute: async ({ to }) => `sent to ${to}`,
})
const getPlace = tool({ description: 'Where the person is.', inputSchema: z.object({}), client: true })

/** An agent with a model that says what a test wrote, and the tools above. */
function acting(name: string, first: Script, then: Script) {
  const model = scripted(({ prompt }) => (prompt.at(-1)?.role === 'tool' ? then : first))
  return defineAgent({ name, model, tools: { getWeather, sendMail, getPlace } })
}

const AGENTS = [
  speaker,
  acting(
    'weatherman',
    [thinks('The city ', 'is Rome.'), says('Let me ', 'see.'), calls('getWeather', { city: 'Rome' })],
    [says('21 ', 'degrees.')],
  ),
  acting('lost', [calls('getWeather', { city: 'Atlantis' })], 'Nobody knows.'),
  acting('mailer', [says('I write.'), calls('sendMail', { to: 'ann' })], 'Done.'),
  acting('refused', [calls('sendMail', { to: 'bo' })], 'Then not.'),
  acting('guide', [calls('getPlace', {})], 'You are there.'),
  defineAgent({ name: 'stumbling', model: scripted([[says('It is ', 'half'), fails(503)], 'It is whole.']) }),
  defineAgent({ name: 'failing', model: scripted([[says('It is '), fails(400)], 'It works.']) }),
  defineAgent({
    name: 'asking',
    async run(turn) {
      const { approved } = await turn.request.approval({ message: 'May I begin?', input: { price: 3 } })
      const form = await turn.request.form({ message: 'How many?', schema: z.object({ count: z.number() }) })
      await turn.text(`${approved} ${form.action === 'accept' ? form.content.count : 'none'}`)
    },
  }),
]

describe.skipIf(!hasBrowser)('useChat over a session', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>
  let server: Awaited<ReturnType<typeof createServer>>
  let site: Site
  let chats = 0
  const open: OpenPage[] = []

  beforeAll(async () => {
    server = await createServer({ agents: await InProcessHost.open(AGENTS), port: 0 })
    const code = await pageCode(join(import.meta.dirname, 'pages/chat.tsx'), 'development')
    site = await Site.open({ '/': pageWith(code) }, server.url)
    browser = await openBrowser()
  }, 60_000)

  afterEach(async () => {
    gate.resolve()
    gate = Promise.withResolvers()
    const complaints = open.flatMap((opened) => opened.complaints)
    await Promise.all(open.splice(0).map(({ context }) => context.close()))
    expect(complaints).toEqual([])
  })

  afterAll(async () => {
    await browser?.close()
    await site?.close()
    await server?.stop(0)
  })

  async function chatWith(agent: string) {
    chats += 1
    const chat = `chat-${chats}`
    const opened = await openPage(browser, `${site.url}/?chat=${chat}&agent=${agent}`)
    open.push(opened)
    const { page } = opened
    let app = await inside<ChatPage>(page)
    const view = async () => (await (await fetch(`${server.url}/v1/sessions/${chat}/view`)).json()) as SessionView
    return {
      page,
      view,
      send: (text: string) => app.evaluate(({ send }, what) => send(what), text),
      get app(): JSHandle<ChatPage> {
        return app
      },
      async reload() {
        await page.reload()
        app = await inside<ChatPage>(page)
      },
      said: () =>
        app.evaluate(({ chat }) =>
          chat.messages.map(
            ({ role, parts }) => `${role}: ${parts.map((part) => (part.type === 'text' ? part.text : '')).join('')}`,
          ),
        ),
      parts: () => app.evaluate(({ chat }) => (chat.messages.at(-1)?.parts ?? []) as UIMessage['parts']),
      status: () => app.evaluate(({ chat }) => chat.status),
    }
  }
  type Talk = Awaited<ReturnType<typeof chatWith>>

  /** What `useChat` shows at the end is what a page that begins with the view shows. */
  async function endsAsItsLog(talk: Talk) {
    const shown = await talk.app.evaluate(({ chat }) => chat.messages)
    const logged = await toUIMessages(await talk.view())
    const isTrace = ({ type }: UIMessage['parts'][number]) => type === 'data-trace'
    const plain = (messages: readonly UIMessage[]) =>
      messages.map(({ role, parts }) => ({
        role,
        parts: JSON.parse(JSON.stringify(parts.filter((part) => !isTrace(part)))),
        trace: parts.filter(isTrace), // where they stand among the others is a matter of when they were told
      }))
    expect(plain(shown)).toEqual(plain(logged))
  }

  test('a question is answered as it is said, with the trace beside it', async () => {
    const talk = await chatWith('speaker')
    await talk.send('tea')
    await expect.poll(talk.said).toEqual(['user: tea', 'assistant: About «tea»: '])
    expect(await talk.status()).toBe('streaming')
    expect(await talk.parts()).toContainEqual(
      expect.objectContaining({ type: 'data-trace', data: expect.objectContaining({ label: 'Thinking of it' }) }),
    )
    gate.resolve()
    await expect.poll(talk.status).toBe('ready')
    expect(await talk.said()).toEqual(['user: tea', 'assistant: About «tea»: that is all.'])
    expect(await talk.app.evaluate(({ statuses }) => statuses)).toEqual(['ready', 'submitted', 'streaming', 'ready'])
    await endsAsItsLog(talk)
  })

  test('a page that is reloaded in mid-stream resumes in the middle of the sentence, and stopping then stops the turn on the server', async () => {
    const talk = await chatWith('speaker')
    await talk.send('tea')
    await expect.poll(talk.said).toEqual(['user: tea', 'assistant: About «tea»: '])
    await talk.reload()
    await expect.poll(talk.said).toEqual(['user: tea', 'assistant: About «tea»: '])
    await expect.poll(talk.status).toBe('streaming')
    expect((await talk.view()).status).toBe('running')
    await talk.app.evaluate(({ stop }) => stop())
    await expect.poll(async () => (await talk.view()).turns.map(({ status }) => status)).toEqual(['cancelled'])
    expect(await talk.status()).toBe('ready')
    expect(await talk.said()).toEqual(['user: tea', 'assistant: About «tea»: '])
    await talk.reload()
    expect(await talk.said()).toEqual(['user: tea', 'assistant: About «tea»: '])
    gate.resolve()
    await talk.send('milk')
    await expect.poll(talk.said).toHaveLength(4)
    await expect.poll(talk.status).toBe('ready')
  })

  test('a page that is reloaded in mid-stream and left alone shows the whole answer, once', async () => {
    const talk = await chatWith('speaker')
    await talk.send('tea')
    await expect.poll(talk.said).toHaveLength(2)
    await talk.reload()
    await expect.poll(talk.status).toBe('streaming')
    site.cut()
    gate.resolve()
    await expect.poll(talk.status).toBe('ready')
    expect(await talk.said()).toEqual(['user: tea', 'assistant: About «tea»: that is all.'])
    await endsAsItsLog(talk)
  })

  test('a question that is stopped before it is answered is taken back', async () => {
    const talk = await chatWith('speaker')
    await talk.send('tea')
    await expect.poll(talk.said).toHaveLength(2)
    await talk.send('milk')
    await expect.poll(async () => (await talk.view()).waiting.length).toBe(1)
    await talk.app.evaluate(({ stop }) => stop())
    await expect.poll(async () => (await talk.view()).turns.map(({ status }) => status)).toEqual(['cancelled'])
    expect((await talk.view()).waiting).toEqual([])
  })

  test('reasoning, text and the calls of tools are the parts of their steps', async () => {
    const talk = await chatWith('weatherman')
    await talk.send('Rome?')
    await expect.poll(talk.said).toEqual(['user: Rome?', 'assistant: Let me see.21 degrees.'])
    await expect.poll(talk.status).toBe('ready')
    expect((await talk.parts()).filter(({ type }) => type !== 'data-trace')).toMatchObject([
      { type: 'step-start' },
      { type: 'reasoning', text: 'The city is Rome.', state: 'done' },
      { type: 'text', text: 'Let me see.', state: 'done' },
      {
        type: 'tool-getWeather',
        title: 'Weather',
        state: 'output-available',
        input: { city: 'Rome' },
        output: { city: 'Rome', degrees: 21 },
      },
      { type: 'step-start' },
      { type: 'text', text: '21 degrees.', state: 'done' },
    ])
    await endsAsItsLog(talk)
  })

  test('a tool that fails says why', async () => {
    const talk = await chatWith('lost')
    await talk.send('Atlantis?')
    await expect.poll(talk.said).toEqual(['user: Atlantis?', 'assistant: Nobody knows.'])
    expect(await talk.parts()).toContainEqual(
      expect.objectContaining({
        type: 'tool-getWeather',
        state: 'output-error',
        errorText: expect.stringContaining('no such city'),
      }),
    )
    await expect.poll(talk.status).toBe('ready')
    await endsAsItsLog(talk)
  })

  test.each([
    ['at once', false],
    ['after a reload', true],
  ])('a call that needs leave waits for it, and is made when it is given (%s)', async (_, reloads) => {
    const talk = await chatWith('mailer')
    await talk.send('write')
    await expect
      .poll(async () => (await talk.parts()).find(({ type }) => type === 'tool-sendMail'))
      .toMatchObject({ state: 'approval-requested', input: { to: 'ann' } })
    await expect.poll(talk.status).toBe('ready')
    if (reloads) await talk.reload()
    await expect.poll(async () => JSON.stringify(await talk.parts())).toContain('approval-requested')
    await talk.app.evaluate(({ approve }) => approve(true))
    await expect.poll(talk.said).toEqual(['user: write', 'assistant: I write.Done.'])
    await expect.poll(talk.status).toBe('ready')
    expect(await talk.parts()).toContainEqual(
      expect.objectContaining({ type: 'tool-sendMail', state: 'output-available', output: 'sent to ann' }),
    )
    await endsAsItsLog(talk)
  })

  test('a call that leave is denied for is not made', async () => {
    const talk = await chatWith('refused')
    await talk.send('write')
    await expect.poll(talk.status).toBe('ready')
    await expect.poll(async () => JSON.stringify(await talk.parts())).toContain('approval-requested')
    await talk.app.evaluate(({ approve }) => approve(false, 'not now'))
    await expect.poll(talk.said).toEqual(['user: write', 'assistant: Then not.'])
    await expect.poll(talk.status).toBe('ready')
    const approval = expect.objectContaining({ approved: false, reason: 'not now' })
    expect(await talk.parts()).toContainEqual(expect.objectContaining({ state: 'output-denied', approval }))
    await endsAsItsLog(talk)
  })

  test('a tool of the page is called here, and its result goes on with the turn', async () => {
    const talk = await chatWith('guide')
    await talk.send('where?')
    await expect.poll(talk.status).toBe('ready')
    await expect.poll(() => talk.app.evaluate(({ calls }) => calls)).toEqual(['getPlace'])
    await talk.app.evaluate(({ give }) => give({ place: 'home' }))
    await expect.poll(talk.said).toEqual(['user: where?', 'assistant: You are there.'])
    await expect.poll(talk.status).toBe('ready')
    const parts = (await talk.view()).turns[0]?.messages.flatMap((message) => message.parts)
    expect(parts).toContainEqual(expect.objectContaining({ name: 'getPlace', output: { place: 'home' } }))
    await endsAsItsLog(talk)
  })

  test('what the agent asks apart from any call is a call to answer too', async () => {
    const talk = await chatWith('asking')
    const last = async () => (await talk.parts()).findLast(({ type }) => type === 'dynamic-tool')
    await talk.send('go')
    const asked = { message: 'May I begin?', input: { price: 3 } }
    await expect.poll(last).toMatchObject({ toolName: 'approval', state: 'approval-requested', input: asked })
    await expect.poll(talk.status).toBe('ready')
    await expect.poll(async () => JSON.stringify(await talk.parts())).toContain('approval-requested')
    await talk.app.evaluate(({ approve }) => approve(true))
    await expect
      .poll(last)
      .toMatchObject({ toolName: 'form', state: 'input-available', input: { message: 'How many?' } })
    await expect.poll(talk.status).toBe('ready')
    await talk.app.evaluate(({ give }) => give({ count: 4 }))
    await expect.poll(talk.said).toEqual(['user: go', 'assistant: true 4'])
    await expect.poll(talk.status).toBe('ready')
    await endsAsItsLog(talk)
  })

  test('a step that fails is taken back, and said again', async () => {
    const talk = await chatWith('stumbling')
    await talk.send('go')
    await expect.poll(talk.said, { timeout: 10_000 }).toEqual(['user: go', 'assistant: It is whole.'])
    await expect.poll(talk.status).toBe('ready')
    await endsAsItsLog(talk)
  })

  test('a turn that fails is the error of the chat, and the next message works', async () => {
    const talk = await chatWith('failing')
    await talk.send('go')
    await expect.poll(talk.status).toBe('error')
    expect(await talk.app.evaluate(({ chat }) => chat.error?.message)).toBe(
      (await talk.view()).turns[0]?.error?.message,
    )
    expect(await talk.app.evaluate(({ chat }) => chat.messages.at(-1)?.metadata)).toMatchObject({
      status: 'failed',
      error: { code: expect.any(String) },
    })
    await talk.send('go on')
    await expect.poll(talk.said).toEqual(['user: go', 'assistant: ', 'user: go on', 'assistant: It works.'])
    await expect.poll(talk.status).toBe('ready')
  })

  test('an answer that is asked for again is another turn of the same session', async () => {
    const talk = await chatWith('weatherman')
    await talk.send('Rome?')
    await expect.poll(talk.status).toBe('ready')
    await talk.app.evaluate(({ again }) => again())
    await expect
      .poll(async () => (await talk.view()).turns.map(({ status }) => status))
      .toEqual(['completed', 'completed'])
    await expect.poll(talk.status).toBe('ready')
    expect(await talk.said()).toEqual(['user: Rome?', 'assistant: Let me see.21 degrees.'])
  })
})

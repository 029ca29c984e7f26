import { type AGUIEvent, HttpAgent } from '@ag-ui/client'
import { EventSchemas } from '@ag-ui/core/schemas'
import { expect, test } from 'vitest'
import { type House, house } from '../../packages/server/test/house.ts'

const PAGE_TOOLS = new URL('../../packages/agent/test/agents/page-tools.ts', import.meta.url).pathname

// The official client of AG-UI, whose verifier ends a run at the first event that is out of order.

function client({ url }: House, threadId = 'thread-1', name = 'echo') {
  const agent = new HttpAgent({ url: `${url}/ag-ui/${name}`, threadId })
  const events: AGUIEvent[] = []
  agent.subscribe({
    onEvent: ({ event }) => {
      events.push(event as AGUIEvent)
    },
  })
  return { agent, events, types: () => events.map(({ type }) => String(type)) }
}

function say(agent: HttpAgent, content: string): void {
  agent.addMessage({ id: `user-${agent.messages.length}`, role: 'user', content })
}

test('[D7] the official client runs an agent: text, a thought, a tool, steps and state arrive in an order its verifier takes', async () => {
  const home = await house()
  const { agent, events, types } = client(home)
  say(agent, 'How did the markets do?')
  const running = agent.runAgent()
  const run = await home.host.run()
  expect(run.start.inputs).toMatchObject([{ text: 'How did the markets do?' }])
  run.progress('looking', 0.5)
  run.speak(1, '0', 'chunk.reasoning')('Markets first.')
  const words = run.speak(1, '1')
  words('Let me ')
  words('look. 😀')
  const { turn } = run.start
  run.commit({
    type: 'message.committed',
    turn,
    step: `${turn}.1`,
    message: {
      role: 'assistant',
      parts: [
        { type: 'reasoning', text: 'Markets first.' },
        { type: 'text', text: 'Let me look. 😀' },
        { type: 'tool-call', call: 'c1', name: 'search', input: { query: 'markets' } },
      ],
    },
  })
  run.startTool('c1')
  run.finishTool('c1')
  run.span('looking')
  run.speak(2)('They rose.')
  run.message(2, 'They rose.')
  run.end()
  const { newMessages } = await running
  expect(newMessages.map(({ role }) => role)).toEqual(['reasoning', 'assistant', 'tool', 'assistant'])
  expect(newMessages.at(-1)).toMatchObject({ role: 'assistant', content: 'They rose.' })
  expect(types()).toEqual(expect.arrayContaining(['STATE_SNAPSHOT', 'STATE_DELTA', 'STEP_STARTED', 'STEP_FINISHED']))
  expect(agent.state).toMatchObject({ longwire: { status: 'idle', progress: { looking: { fraction: 0.5 } } } })
  for (const event of events) expect(EventSchemas.safeParse(event), event.type).toMatchObject({ success: true })
})

test('[D7] what a step said and then withdrew is gone from the messages of the client', async () => {
  const home = await house()
  const { agent } = client(home)
  say(agent, 'Hello')
  const running = agent.runAgent()
  const run = await home.host.run()
  run.speak(1)('A wrong beginning')
  run.rollBack(1)
  run.speak(2)('The right one')
  run.message(2, 'The right one')
  run.end()
  await running
  expect(agent.messages.map(({ content }) => content)).toEqual(['Hello', 'The right one'])
})

test('[D8] a question ends the run with an interrupt, and the run that resumes it goes on with the turn', async () => {
  const home = await house()
  const { agent } = client(home)
  say(agent, 'Buy')
  const asking = agent.runAgent()
  const run = await home.host.run()
  run.request('r1')
  await asking
  expect(agent.pendingInterrupts).toMatchObject([{ id: 'r1', reason: 'approval', message: 'May I?' }])
  const resuming = agent.runAgent({
    resume: [{ interruptId: 'r1', status: 'resolved', payload: { approved: true, reason: 'go' } }],
  })
  expect(await run.told('settled')).toMatchObject({ request: 'r1', answer: { approved: true, reason: 'go' } })
  run.speak(1)('Bought.')
  run.message(1, 'Bought.')
  run.end()
  await resuming
  expect(agent.pendingInterrupts).toEqual([])
  expect(agent.messages.at(-1)).toMatchObject({ content: 'Bought.' })
})

test("[D8] a tool of the client's own is a call that the run leaves to it, and its result goes on with the turn", async () => {
  const home = await house()
  const { agent, events } = client(home)
  say(agent, 'What time is it here?')
  const asking = agent.runAgent()
  const run = await home.host.run()
  const { turn } = run.start
  const parts = [{ type: 'tool-call' as const, call: 'c1', name: 'clock', input: { zone: 'local' } }]
  run.commit(
    { type: 'message.committed', turn, step: `${turn}.1`, message: { role: 'assistant', parts } },
    { type: 'control.requested', turn, request: 'r1', kind: 'client-tool', message: 'clock', call: 'c1', input: {} },
  )
  await asking
  const ended = events.at(-1)
  expect(ended).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success', pendingToolCallIds: ['c1'] } })
  agent.addMessage({ id: 'result-1', role: 'tool', toolCallId: 'c1', content: '{"time":"12:30"}' })
  const going = agent.runAgent()
  expect(await run.told('settled')).toMatchObject({ answer: { action: 'accept', content: { time: '12:30' } } })
  run.commit({ type: 'tool.finished', turn, call: 'c1', outcome: 'ok', output: { time: '12:30' }, tookMs: 1 })
  run.message(2, 'Half past twelve.')
  run.end()
  await going
  expect(agent.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant'])
})

test('[D8] tools that the page brings with its run are called by an agent that takes them, as the guide has it', async () => {
  const home = await house({ agents: [PAGE_TOOLS], workers: 1 })
  const { agent, events } = client(home, 'thread-1', 'page-tools')
  const zone = { type: 'object', properties: { zone: { type: 'string' } }, required: ['zone'] }
  const tools = [{ name: 'clock', description: 'The time on the wall of the page.', parameters: zone }]
  say(agent, 'What time is it here?')
  await agent.runAgent({ tools })
  expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { pendingToolCallIds: ['c1'] } })
  const [call] = agent.messages.flatMap((message) => ('toolCalls' in message ? (message.toolCalls ?? []) : []))
  expect(call).toMatchObject({ id: 'c1', function: { name: 'clock', arguments: '{"zone":"local"}' } })
  agent.addMessage({ id: 'result-1', role: 'tool', toolCallId: 'c1', content: '{"time":"12:30"}' })
  await agent.runAgent({ tools })
  expect(agent.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'Half past twelve.' })
})

test('[D8] [X18] a run that fails ends with RUN_ERROR in a word of the list; one that a person stopped is cancelled', async () => {
  const home = await house()
  const { agent, events } = client(home)
  say(agent, 'Hello')
  const failing = agent.runAgent()
  const run = await home.host.run()
  run.speak(1)('Half a ')
  run.fail('agent_error', 'it broke')
  await failing.catch(() => undefined)
  expect(events.at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'AGENT_ERROR' })

  const other = client(home, 'thread-2')
  say(other.agent, 'Hello')
  const stopping = other.agent.runAgent()
  await home.host.run(2)
  await home.post('/v1/sessions/thread-2/commands', { type: 'cancel', id: 'stop' })
  await stopping
  expect(other.events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } })
})

test('[D8] a client that has lost its messages gets them back, and joins a turn that runs', async () => {
  const home = await house()
  const { agent } = client(home)
  say(agent, 'Hello')
  const first = agent.runAgent()
  const run = await home.host.run()
  run.message(1, 'Good day')
  run.speak(2)('And on ')
  const fresh = client(home)
  const joining = fresh.agent.runAgent()
  await expect.poll(() => fresh.types()).toContain('TEXT_MESSAGE_CONTENT')
  run.message(2, 'And on it goes')
  run.end()
  await Promise.all([first, joining])
  expect(fresh.agent.messages.map(({ content }) => content)).toEqual(['Hello', 'Good day', 'And on it goes'])
})

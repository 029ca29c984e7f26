import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { ToolSet } from '@longwire/agent'
import { describe, expect, test } from 'vitest'
import { offlineModel, tokenMsFrom } from '../model/offline-model.ts'
import { steadyPace, tokensOf } from '../model/pace.ts'
import { instructions, Talk, tools } from './talk.ts'

const NAMES = Object.keys(tools)

function asking(text: string, names: readonly string[] = NAMES, over: Partial<LanguageModelV4CallOptions> = {}) {
  return {
    prompt: [
      { role: 'system' as const, content: instructions },
      { role: 'user' as const, content: [{ type: 'text' as const, text }] },
    ],
    tools: names.map((name) => ({ type: 'function' as const, name, inputSchema: { type: 'object' as const } })),
    ...over,
  }
}

/** The tools, of which one answers as the test wants it to. */
function withRanking(execute: () => unknown): ToolSet {
  return { ...tools, rank_performance: { ...tools.rank_performance, execute } as never }
}

async function streamed(options: LanguageModelV4CallOptions, model = offlineModel({ tokenMs: 0 })) {
  const parts: LanguageModelV4StreamPart[] = []
  for await (const part of (await model.doStream(options)).stream) parts.push(part)
  return parts
}

describe('the offline model', () => {
  test('streams a plan, then its tool calls, each part opened and closed', async () => {
    const parts = await streamed(asking('Analyze the latest market trends.'))
    const types = parts.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1])
    expect(types.slice(0, 4)).toEqual(['stream-start', 'reasoning-start', 'reasoning-delta', 'reasoning-end'])
    expect(types.slice(4, 8)).toEqual(['tool-input-start', 'tool-input-delta', 'tool-input-end', 'tool-call'])
    const calls = parts.filter((part) => part.type === 'tool-call')
    expect(calls.map(({ toolName }) => toolName)).toEqual([
      ...['compare_groups', 'compare_groups', 'rank_performance', 'rank_performance', 'rank_performance'],
      ...['find_large_moves', 'moving_averages'],
    ])
    expect(new Set(calls.map(({ toolCallId }) => toolCallId)).size).toBe(calls.length)
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'tool-calls' } })
  })

  test('says the same in a stream as at once, token by token, and counts what it said', async () => {
    const options = asking('What can you do?')
    const parts = await streamed(options)
    const deltas = parts.flatMap((part) => (part.type === 'text-delta' ? [part.delta] : []))
    const { content, usage, finishReason } = await offlineModel().doGenerate(options)
    expect(content).toEqual([{ type: 'text', text: deltas.join('') }])
    expect(deltas.length).toBeGreaterThan(100)
    expect(deltas.every((delta) => delta.length <= 24)).toBe(true)
    expect(finishReason.unified).toBe('stop')
    expect(usage.outputTokens.text).toBe(deltas.length)
    expect(parts.at(-1)).toMatchObject({ type: 'finish', usage })
  })

  test('gives the same answer to the same prompt', async () => {
    const [a, b] = await Promise.all([
      new Talk().ask('Which sector did best in 2025?'),
      new Talk().ask('Which sector did best in 2025?'),
    ])
    expect(a).toEqual(b)
  })

  test('names its calls so that no two of a conversation are the same', async () => {
    const talk = new Talk()
    for (const text of ['How did Energy do?', 'and Europe?', 'How did Energy do?']) await talk.ask(text)
    const ids = talk.prompt.flatMap((message) =>
      message.role === 'assistant'
        ? message.content.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : []))
        : [],
    )
    expect(ids.length).toBeGreaterThan(9)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('takes every figure of its answer from what the tools said', async () => {
    for (const text of [
      'Analyze the latest market trends.',
      'Compare Novalith and Hanabi in 2025',
      'Why did Verity jump in March 2026?',
      'How volatile is crude oil?',
    ]) {
      const answer = await new Talk().ask(text)
      const told = JSON.stringify(answer.called.map(({ output }) => output))
      const known = new Set((told.match(/\d+(?:\.\d+)?/g) ?? []).map(Number))
      const figures = [...answer.text.replace(/(\d),(?=\d{3})/g, '$1').matchAll(/\d+\.\d{2}\b(?=%| AXD|,)/g)].map(
        ([figure]) => Number(figure),
      )
      expect(figures.length).toBeGreaterThan(2)
      const gap = /a gap of (\d+\.\d\d) percentage points/.exec(answer.text)?.[1]
      expect(figures.filter((figure) => !known.has(figure) && figure !== Number(gap))).toEqual([])
    }
  })

  test('goes by other figures when a tool says other figures', async () => {
    const ranking = () => ({
      ...{ from: '2025-01-01', to: '2025-12-31', count: 1, advancers: 1, decliners: 0, averagePct: 12.34 },
      rows: [
        {
          ...{
            ticker: 'NVLT',
            name: 'Novalith Semiconductors',
            kind: 'share',
            sector: 'Technology',
            region: 'Americas',
            currency: 'AXD',
          },
          ...{ baseDate: '2024-12-31', baseClose: 1, lastDate: '2025-12-31', lastClose: 1.1234, changePct: 12.34 },
        },
      ],
    })
    const { text } = await new Talk({ tools: withRanking(ranking) }).ask('How did Novalith do in 2025?')
    expect(text).toContain('gained 12.34% in 2025**, from 1.00 to 1.1234 AXD')
  })

  test('does without a tool that it is not offered, and says so', async () => {
    const { search_notes: _, measure_risk: __, ...few } = tools
    const { text, called } = await new Talk({ tools: few }).ask('How did Novalith do in 2025?')
    expect(called.map(({ tool }) => tool)).not.toContain('search_notes')
    expect(text).toContain('gained 17.02% in 2025')
    expect(text).toContain('I have no tool here to search the notes')
    const none = await new Talk({ tools: {} }).ask('How did Novalith do in 2025?')
    expect(none.text).toContain('I could not find anything out')
    expect(none.text).not.toMatch(/\d%/)
  })

  test('calls no tool where none may be called', async () => {
    const { content } = await offlineModel().doGenerate(
      asking('How did Novalith do?', NAMES, { toolChoice: { type: 'none' } }),
    )
    expect(content.map(({ type }) => type)).toEqual(['text'])
  })

  test('says what failed when a tool fails, does not try for ever, and makes nothing up', async () => {
    const broken = () => {
      throw new Error('the disk is gone')
    }
    const { text, steps, called } = await new Talk({ tools: withRanking(broken) }).ask('How did Novalith do in 2025?')
    expect(steps).toBe(2)
    expect(called.filter(({ tool }) => tool === 'rank_performance')).toHaveLength(2)
    expect(text).toContain('I could not measure the performance: the disk is gone')
    expect(text).not.toMatch(/(gained|lost) \d/)
  })

  test('gives no figures when a tool answers in a shape it does not know', async () => {
    const { text } = await new Talk({ tools: withRanking(() => ({ rows: 'nonsense' })) }).ask('top 5 shares this year')
    expect(text).not.toMatch(/\d%|undefined|NaN/)
  })

  test('learns what there is from find_instruments when the instructions do not say it', async () => {
    const { text, called } = await new Talk({ instructions: 'You are an analyst.' }).ask('How did Novalith do in 2025?')
    expect(called[0]).toMatchObject({ tool: 'find_instruments', input: {} })
    expect(text).toContain('gained 17.02% in 2025')
    const blind = await new Talk({ instructions: 'You are an analyst.', tools: {} }).ask('How did Novalith do in 2025?')
    expect(blind.text).toContain('I have no market to look at')
  })

  test('answers a conversation without a word from the person', async () => {
    const { content } = await offlineModel().doGenerate({ prompt: [{ role: 'system', content: instructions }] })
    expect(content[0]).toMatchObject({ type: 'text', text: expect.stringContaining('nothing in your message') })
  })

  test('warns of settings that it cannot heed', async () => {
    const { warnings } = await offlineModel().doGenerate(
      asking('hi', [], { responseFormat: { type: 'json' }, stopSequences: ['x'] }),
    )
    expect(warnings).toEqual([
      { type: 'unsupported', feature: 'responseFormat' },
      { type: 'unsupported', feature: 'stopSequences' },
    ])
  })
})

describe('the pace', () => {
  test('waits before each token, by the clock it is given', async () => {
    let waits = 0
    const pace = { next: async () => void waits++ }
    const parts = await streamed(asking('hi'), offlineModel({ pace }))
    expect(waits).toBe(parts.filter(({ type }) => type === 'text-delta').length)
    expect(waits).toBeGreaterThan(20)
  })

  test('ends at once when the turn is stopped, with the reason of the stop', async () => {
    const abort = new AbortController()
    const { stream } = await offlineModel({ tokenMs: 9_000 }).doStream(asking('hi', [], { abortSignal: abort.signal }))
    const reader = stream.getReader()
    expect((await reader.read()).value).toMatchObject({ type: 'stream-start' })
    expect((await reader.read()).value).toMatchObject({ type: 'text-start' })
    const next = reader.read()
    abort.abort(new Error('stopped by a person'))
    await expect(next).rejects.toThrow('stopped by a person')
  })

  test('does not begin for a turn that is over', async () => {
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(offlineModel().doStream(asking('hi', [], { abortSignal: signal }))).rejects.toThrow('too late')
    await expect(steadyPace(0).next(signal)).rejects.toThrow('too late')
  })

  test('cuts a text into tokens of which nothing is lost', () => {
    const text = `**A**  b\n\n| c | 12.3% |\n${'x'.repeat(50)} \t\n end`
    expect(tokensOf(text).join('')).toBe(text)
    expect(Math.max(...tokensOf(text).map(({ length }) => length))).toBeLessThan(20)
  })

  test('is read from a setting, which must be a time', () => {
    expect([tokenMsFrom(undefined), tokenMsFrom(''), tokenMsFrom('0'), tokenMsFrom('12.5')]).toEqual([
      undefined,
      undefined,
      0,
      12.5,
    ])
    for (const text of ['fast', '-1', '1e9', 'NaN']) expect(() => tokenMsFrom(text)).toThrow(RangeError)
  })
})

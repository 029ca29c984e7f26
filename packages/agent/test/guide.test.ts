// The code of the guide is the code of these files, which are type-checked with everything else and tried here.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { calls, scripted, testAgent } from '../src/testing/index.ts'
import mailer from './guide/mailer.ts'
import newsletter from './guide/newsletter.ts'
import researcher from './guide/researcher.ts'

const GUIDE = join(import.meta.dirname, '../../../docs/guides/agents.md')

test('every piece of code in the guide to agents is a file that is tried', () => {
  const files = globSync('guide/*.ts', { cwd: import.meta.dirname }).map((path) =>
    readFileSync(join(import.meta.dirname, path), 'utf8'),
  )
  const blocks = [...readFileSync(GUIDE, 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code)
  expect(blocks.sort()).toEqual(files.sort())
})

test('the newsletter of the guide is written, asked about, waited for and sent', async () => {
  const answers = [{ action: 'accept' as const, content: { inMinutes: 90 } }, { approved: true }]
  const run = await testAgent(newsletter, { model: scripted(['Dear all…']), answers, parks: true })
  expect(run.texts).toEqual(['Dear all…', 'It is on its way.'])
  expect(run.of('task.finished')).toMatchObject([{ outcome: 'ok', result: { sent: 2 } }])
  expect(run.milestones).toEqual(['Writing the letter'])
})

test('the researcher of the guide keeps its budget and its rules', async () => {
  const model = scripted([calls('files_write_file'), 'Then not.'], 'anthropic:claude-sonnet-4-5')
  const write_file = { ...mailer.tools!.findPeople!, inputSchema: z.object({}) }
  const agent = { ...researcher, tools: { files_write_file: write_file } }
  const run = await testAgent(agent, { model, used: { cost: 5 }, answers: [{ approved: true }] })
  expect(run.requests).toMatchObject([
    { message: 'The session has used 5 of 5 for its model calls. May it use as much again?' },
  ])
  expect(run.calls).toMatchObject([{ name: 'files_write_file', outcome: 'denied' }])
  expect(run.usage?.cost).toBeCloseTo(0.00021)
})

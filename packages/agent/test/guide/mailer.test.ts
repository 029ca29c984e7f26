import { calls, says, scripted, testAgent } from '@longwire/agent/testing'
import { expect, test } from 'vitest'
import mailer from './mailer.ts'

const mail = { to: 'ann@elsewhere.org', subject: 'Lunch', body: 'On Friday?' }
const script = () => scripted([[says('I write to Ann.'), calls('sendMail', mail)], 'Done.'])

test('a mail that leaves the house is sent as the person left it', async () => {
  const answers = [{ approved: true, editedInput: { ...mail, subject: 'Lunch on Friday' } }]
  const run = await testAgent(mailer, { input: 'Invite Ann', model: script(), answers })
  expect(run.requests).toMatchObject([{ kind: 'approval', outcome: 'answered' }])
  expect(run.calls).toMatchObject([{ outcome: 'ok', output: { sent: 'Lunch on Friday → ann@elsewhere.org' } }])
  expect(run.text).toBe('Done.')
})

test('wherever the process dies, one mail is sent', async () => {
  const whole = await testAgent(mailer, { model: script(), answers: [{ approved: true }] })
  for (let commit = 1; commit <= whole.appends; commit++) {
    const run = await testAgent(mailer, { model: script(), answers: [{ approved: true }], crashAt: { commit } })
    expect(run.calls.map(({ output }) => output)).toEqual(whole.calls.map(({ output }) => output))
  }
})

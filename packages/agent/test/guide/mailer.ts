import { defineAgent, tool } from '@longwire/agent'
import { z } from 'zod'

const findPeople = tool({
  description: 'Finds people in the address book.',
  inputSchema: z.object({ query: z.string() }),
  execute: async ({ query }) => [{ name: 'Ann Lee', address: `${query.toLowerCase()}@example.com` }],
  milestone: ({ query }) => `Looking up *${query}*`,
})

const sendMail = tool({
  title: 'Send mail',
  description: 'Sends one mail.',
  inputSchema: z.object({ to: z.string(), subject: z.string(), body: z.string() }),
  execute: async ({ to, subject }, { call, progress }) => {
    progress(0.5, 'connecting')
    // `call` is the same when the call is made again after a crash: a key that the mail service can tell twins by.
    return { sent: `${subject} → ${to}`, key: call }
  },
  needsApproval: ({ input }) => !input.to.endsWith('@example.com'),
  idempotent: true,
})

export default defineAgent({
  name: 'mailer',
  description: 'Writes and sends mail.',
  model: 'anthropic:claude-sonnet-4-5',
  instructions: 'You write short, friendly mails.',
  tools: { findPeople, sendMail },
  examples: ['Invite Ann to lunch on Friday'],
})

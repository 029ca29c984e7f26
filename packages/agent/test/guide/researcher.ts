import { defineAgent } from '@longwire/agent'

export default defineAgent({
  name: 'researcher',
  model: 'anthropic:claude-sonnet-4-5',
  mcp: {
    files: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', '/srv/papers'] },
    web: {
      url: 'https://mcp.example.com/mcp',
      headers: { authorization: `Bearer ${process.env.WEB_TOKEN}` },
      tools: ['search', 'fetch'],
      needsApproval: true,
    },
  },
  prices: {
    'anthropic:claude-sonnet-4-5': { inputPerMillion: 3, outputPerMillion: 15, cachedInputPerMillion: 0.3 },
  },
  budget: {
    turn: { tokens: 200_000, wallMs: 10 * 60_000, toolCalls: 50 },
    session: { cost: 5 },
    onExceeded: 'ask',
  },
  context: {
    maxTokens: 150_000,
    policy: (conversation) => conversation.filter(({ turn }, i, all) => i === 0 || turn === all.at(-1)?.turn),
  },
  stallMs: 30_000,
  policy: ({ tool, principal }) => {
    if (tool === 'files_write_file') return principal === 'librarian' ? 'ask' : 'deny'
    return undefined
  },
})

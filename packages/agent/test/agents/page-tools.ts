import { defineAgent, tool } from '@longwire/agent'
import { z } from 'zod'
import { calls, done, says, scriptedModel } from '../scripted-model.ts'

interface PageTool {
  readonly name: string
  readonly description: string
  readonly parameters: Parameters<typeof z.fromJSONSchema>[0]
}

/** Has the tools that the page brings with what its person says, and calls one. */
export default defineAgent({
  name: 'page-tools',
  model: scriptedModel(
    [...calls('c1', 'clock', { zone: 'local' }), done('tool-calls')],
    [...says('Half past twelve.'), done()],
  ),
  async run(turn) {
    const { tools = [] } = (turn.input.all.at(-1)?.context ?? {}) as { readonly tools?: readonly PageTool[] }
    const ofPage = tools.map(({ name, description, parameters }) => {
      return [name, tool({ description, inputSchema: z.fromJSONSchema(parameters), client: true })] as const
    })
    await turn.generate({ tools: Object.fromEntries(ofPage) })
  },
})

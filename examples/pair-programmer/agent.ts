// A pair programmer in a scratch folder. Without a key it thinks with the offline model beside it; with
// LONGWIRE_MODEL=provider:model and that provider's key, the same agent runs on a real one.
import { fileURLToPath } from 'node:url'
import { defineAgent } from '@longwire/agent'
import { instructions } from './instructions.ts'
import { offlineModel } from './model/offline-model.ts'
import { tokenMsFrom } from './model/pace.ts'
import { editingTools, readingTools } from './tools/index.ts'
import { scratchPath } from './workspace/scratch-path.ts'
import { Workspace } from './workspace/workspace.ts'

const PROJECT = fileURLToPath(new URL('./project', import.meta.url))
const scratch = scratchPath(process.env)
const workspaceOf = (session: string) => Workspace.of(session, scratch, PROJECT)
const tools = readingTools(workspaceOf)

export default defineAgent({
  name: 'pair-programmer',
  description:
    'Reads, tests and changes a small JavaScript project in a folder of its own; each change is shown first.',
  model: process.env.LONGWIRE_MODEL || offlineModel(tokenMsFrom(process.env.LONGWIRE_OFFLINE_TOKEN_MS)),
  instructions,
  tools,
  maxSteps: 40,
  async run(turn) {
    await turn.generate({ tools: { ...tools, ...editingTools(workspaceOf, turn) } })
  },
  examples: [
    'What does this project do?',
    'Run the tests.',
    'Fix the failing tests.',
    'Rename lineTotal to priceOfLine.',
    'Where is discountFor used?',
  ],
})

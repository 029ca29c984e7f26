import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import type { WorkspaceOf } from './index.ts'

const Input = z.object({ path: z.string().min(1).max(400).describe('a path as list_files gives it') })

export type ReadFileInput = z.infer<typeof Input>
export type ReadFileOutput = { path: string; text: string }

export function readFile(workspaceOf: WorkspaceOf): Tool<ReadFileInput, ReadFileOutput> {
  return tool({
    title: 'Read a file',
    description: 'Gives the whole text of a file of the folder.',
    inputSchema: Input,
    idempotent: true,
    milestone: ({ path }) => `Reading ${path.slice(0, 80)}`,
    execute: async ({ path }, { session }) => ({ path, text: await workspaceOf(session).read(path) }),
  })
}

import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import type { WorkspaceOf } from './index.ts'

const Input = z.object({})

export type ListFilesInput = z.infer<typeof Input>
export type ListFilesOutput = { files: string[] }

export function listFiles(workspaceOf: WorkspaceOf): Tool<ListFilesInput, ListFilesOutput> {
  return tool({
    title: 'List files',
    description: 'Lists the files of the folder.',
    inputSchema: Input,
    idempotent: true,
    milestone: 'Looking at the files',
    execute: (_, { session }) => ({ files: workspaceOf(session).list() }),
  })
}

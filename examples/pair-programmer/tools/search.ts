import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import { PathRefused } from '../workspace/workspace.ts'
import type { WorkspaceOf } from './index.ts'

const MOST_HITS = 200

const Input = z.object({
  text: z.string().min(1).max(200).describe('looked for as it is written, capitals count'),
  word: z.boolean().optional().describe('only where it stands as a word of its own'),
})

export type SearchInput = z.infer<typeof Input>
export type Hit = { path: string; line: number; text: string }
export type SearchOutput = {
  hits: Hit[]
  /** There are more than these. */
  cut: boolean
}

export function search(workspaceOf: WorkspaceOf): Tool<SearchInput, SearchOutput> {
  return tool({
    title: 'Search',
    description: 'Finds the lines of the folder that hold a text.',
    inputSchema: Input,
    idempotent: true,
    span: 'search',
    milestone: ({ text }) => `Searching for \`${text.slice(0, 60)}\``,
    async execute({ text, word = false }, { session }) {
      const workspace = workspaceOf(session)
      const hits: Hit[] = []
      for (const path of workspace.list()) {
        const lines = (await readable(workspace, path)).split('\n')
        for (const [i, line] of lines.entries()) {
          if (word ? holdsWord(line, text) : line.includes(text))
            hits.push({ path, line: i + 1, text: line.slice(0, 300) })
        }
        if (hits.length > MOST_HITS) break
      }
      return { hits: hits.slice(0, MOST_HITS), cut: hits.length > MOST_HITS }
    },
  })
}

async function readable(workspace: ReturnType<WorkspaceOf>, path: string): Promise<string> {
  try {
    return await workspace.read(path)
  } catch (error) {
    // A file that is no text, or too large, holds nothing that is looked for.
    if (error instanceof PathRefused) return ''
    throw error
  }
}

function holdsWord(line: string, word: string): boolean {
  for (let at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + 1)) {
    if (!/[\w$]/.test(line[at - 1] ?? '') && !/[\w$]/.test(line[at + word.length] ?? '')) return true
  }
  return false
}

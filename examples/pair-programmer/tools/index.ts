import type { ToolSet, Turn } from '@longwire/agent'
import type { TestLimits } from '../workspace/test-run.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { editFile } from './edit-file.ts'
import { listFiles } from './list-files.ts'
import { readFile } from './read-file.ts'
import { runTests } from './run-tests.ts'
import { search } from './search.ts'

/** The folder of a session. */
export type WorkspaceOf = (session: string) => Workspace

/** What reads the folder and runs its tests: none of it changes anything. */
export function readingTools(workspaceOf: WorkspaceOf, limits?: TestLimits) {
  return {
    list_files: listFiles(workspaceOf),
    read_file: readFile(workspaceOf),
    search: search(workspaceOf),
    run_tests: runTests(workspaceOf, limits),
  } satisfies ToolSet
}

/** What changes the folder, by leave of the person of this turn. */
export function editingTools(workspaceOf: WorkspaceOf, turn: Pick<Turn, 'step' | 'request'>) {
  return { edit_file: editFile(workspaceOf, turn) } satisfies ToolSet
}

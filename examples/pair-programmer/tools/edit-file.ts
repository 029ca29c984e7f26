import { type Tool, type Turn, tool } from '@longwire/agent'
import { z } from 'zod'
import type { Proposal } from '../workspace/workspace.ts'
import type { WorkspaceOf } from './index.ts'

const Edits = z
  .array(z.object({ old: z.string().min(1).max(20_000), new: z.string().max(20_000) }))
  .min(1)
  .max(20)

const Input = z.object({
  path: z.string().min(1).max(400),
  edits: Edits.describe('made one after the other; each `old` must be in the file exactly once'),
})

/** What a person may send back with an approval: the same file, other edits. */
const Edited = z.object({ path: z.string(), edits: Edits })

export type EditFileInput = z.infer<typeof Input>
export type EditFileOutput =
  | { path: string; applied: true; diff: string }
  | { path: string; applied: false; reason: string }

/**
 * Changes a file once a person has seen the diff and approved it. What is applied is what was shown: where the file is
 * another by then, nothing is.
 */
export function editFile(
  workspaceOf: WorkspaceOf,
  turn: Pick<Turn, 'step' | 'request'>,
): Tool<EditFileInput, EditFileOutput> {
  return tool({
    title: 'Edit a file',
    description:
      'Changes a file of the folder. A person sees the diff and approves it, changes it or refuses it; the answer says which. Do not try again what was refused.',
    inputSchema: Input,
    // What is shown and what is answered are steps of their own, and a change is made once: the call may be run again.
    idempotent: true,
    timeout: Number.POSITIVE_INFINITY,
    milestone: ({ path }) => `Changing ${path.slice(0, 80)}`,
    async execute({ path, edits }, { session }) {
      const workspace = workspaceOf(session)
      const shown = await turn.step('the change to show', () => workspace.propose(path, edits))
      const { approved, reason, editedInput } = await turn.request.approval({
        message: `May I change ${path}?`,
        input: { path, diff: shown.diff, edits },
      })
      if (!approved) return { path, applied: false, reason: reason ?? '' }
      if (editedInput === undefined) return apply(shown, edits)
      const given = Edited.safeParse(editedInput)
      if (!given.success || given.data.path !== path)
        return { path, applied: false, reason: 'what was given instead is no change of this file' }
      const { edits: others } = given.data
      return apply(await turn.step('the change as edited', () => workspace.propose(path, others)), others)

      async function apply(change: Proposal, made: EditFileInput['edits']): Promise<EditFileOutput> {
        await workspace.apply(change, made)
        return { path, applied: true, diff: change.diff }
      }
    },
  })
}

import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import { runTests as run, TEST_LIMITS, type TestLimits, type TestRun } from '../workspace/test-run.ts'
import type { WorkspaceOf } from './index.ts'

const Input = z.object({
  with: z
    .array(
      z.object({
        path: z.string().min(1).max(400),
        old: z.string().min(1).max(20_000),
        new: z.string().max(20_000),
      }),
    )
    .min(1)
    .max(10)
    .optional()
    .describe('changes to try, in a copy of the folder that is thrown away; `old` must be in the file exactly once'),
})

export type RunTestsInput = z.infer<typeof Input>
export type RunTestsOutput = TestRun

export function runTests(
  workspaceOf: WorkspaceOf,
  limits: TestLimits = TEST_LIMITS,
): Tool<RunTestsInput, RunTestsOutput> {
  return tool({
    title: 'Run the tests',
    description: `Runs the tests of the folder with node --test, for at most ${limits.ms / 1000} seconds, and says which passed and why others failed. With \`with\`, a change can be tried before a person is asked for it.`,
    inputSchema: Input,
    idempotent: true,
    milestone: ({ with: changes }) =>
      changes ? `Trying a change of ${changes[0]!.path.slice(0, 80)}` : 'Running the tests',
    execute({ with: changes }, { session, signal }) {
      const workspace = workspaceOf(session)
      if (!changes) return run(workspace, limits, signal)
      return workspace.tried(changes, (copy) => run(copy, limits, signal))
    },
  })
}

import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Not `source`: packages of others have sources behind that name, which Node does not run from node_modules.
  resolve: { conditions: ['longwire-source'] },
  ssr: { resolve: { conditions: ['longwire-source'], externalConditions: ['longwire-source'] } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'tests/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
    ],
    pool: 'forks',
    // Most of what runs here waits, for processes and pages: two processors are half idle with two workers.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    execArgv: ['--conditions=longwire-source'],
    // Every thread and process that a test starts strips the types of our sources anew, unless Node keeps what it made.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/node-compile', import.meta.url)) },
    // Bounds for what hangs, far above what any test takes: a slow machine that does other things as well is no fault.
    testTimeout: 40_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    // Real browsers, processes and sockets on a busy machine. Whatever needs its second try is named at the end of the run.
    retry: 1,
    reporters: ['default', './scripts/second-tries.ts'],
  },
})

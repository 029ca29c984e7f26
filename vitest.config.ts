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
    // One less than the processors would be one on a small machine, and most of what runs here waits.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    execArgv: ['--conditions=longwire-source'],
    // Every thread and process that a test starts strips the types of our sources anew, unless Node keeps what it made.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/node-compile', import.meta.url)) },
    testTimeout: 20_000,
    // What is polled for comes when the machine has time for it.
    expect: { poll: { timeout: 10_000 } },
  },
})

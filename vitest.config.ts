import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Not `source`: packages of others have sources behind that name, which Node does not run from node_modules.
  resolve: { conditions: ['longwire-source'] },
  ssr: { resolve: { conditions: ['longwire-source'], externalConditions: ['longwire-source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'tests/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--conditions=longwire-source'],
    testTimeout: 20_000,
  },
})

// A foreign protocol stops at the edge: past its folder no code knows its name.
import { expect, test } from 'vitest'
import { ROOT, readWorkspaces } from './workspace.ts'

const NAMES = /bedrock|agent-?core|ag-?ui(?![a-z])/i

/** Where such a name has to be said: at the command line, in the table of what signatures are for, and where it is the name of a provider of models. */
const NAMED_IN = [
  'packages/server/src/dialects/',
  'packages/server/src/auth/sigv4/services.ts',
  'packages/cli/src/command-line.ts',
  'packages/agent/src/model/resolve-model.ts',
  'packages/agent/src/loop/price.ts',
]

test('[D9] nothing but the folders of dialects, and what is listed here, names a foreign protocol', () => {
  const said = readWorkspaces(ROOT)
    .filter(({ directory }) => directory.startsWith('packages/'))
    .flatMap(({ files }) => files)
    .filter(({ path }) => !NAMED_IN.some((place) => path.startsWith(place)))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => (NAMES.test(line) ? [`${path}:${index + 1}`] : [])),
    )
  expect(said).toEqual([])
})

test.each(['Bedrock', 'x-amzn-bedrock-agentcore', 'AG-UI', 'agUi', 'AgentCore', 'agent-core'])(
  'the pattern finds %s',
  (name) => {
    expect(NAMES.test(name)).toBe(true)
  },
)

test.each(['a guide', 'the agent', 'ag-uid', 'language'])('the pattern passes over %s', (text) => {
  expect(NAMES.test(text)).toBe(false)
})

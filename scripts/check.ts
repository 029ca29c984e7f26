// Everything that has to hold before a change goes in, in one command. Each stage is the command a person would type;
// all of them run, so that one look shows all that is wrong. `--fast` leaves out the tests.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { styleText } from 'node:util'

const ROOT = resolve(import.meta.dirname, '..')

type Stage = {
  name: string
  command: readonly string[]
  /** What to do when it fails. */
  cure: string
  isSlow?: true
}

const STAGES: readonly Stage[] = [
  {
    name: 'format and lint',
    command: ['biome', 'check', '--error-on-warnings'],
    cure: 'npm run format mends what can be mended; the rest is told above',
  },
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'], cure: 'npx tsc -p tsconfig.json shows the errors again' },
  {
    name: 'types of pages',
    command: ['tsc', '-p', 'tsconfig.browser.json'],
    cure: 'npx tsc -p tsconfig.browser.json shows the errors again',
  },
  {
    name: 'types of the console',
    command: ['tsc', '-p', 'apps/console'],
    cure: 'npx tsc -p apps/console shows the errors again',
  },
  {
    name: 'import arrows',
    command: ['vitest', 'run', 'tests/house/arrows.test.ts'],
    cure: 'npx vitest run tests/house/arrows.test.ts; which way the arrows point is in ARCHITECTURE.md',
  },
  {
    name: 'dead exports',
    command: ['knip', '--no-progress', '--no-config-hints'],
    cure: 'remove what nobody uses, or use it; npx knip shows the list again',
  },
  {
    name: 'reference pages',
    command: ['node', '--conditions=longwire-source', 'scripts/reference.ts', '--check'],
    cure: 'npm run docs writes them again from the schemas',
  },
  { name: 'tests', command: ['vitest', 'run'], cure: 'npx vitest run <path> runs one file', isSlow: true },
]

const isFast = process.argv.includes('--fast')
const stages = STAGES.filter(({ isSlow }) => !(isFast && isSlow))
const started = performance.now()
const failed = stages.filter((stage, index) => !run(stage, `${index + 1}/${stages.length}`))

if (failed.length === 0) {
  console.log(styleText('green', `\n${stages.length} stages passed in ${seconds(started)}`))
} else {
  console.error(styleText('red', `\n${failed.length} of ${stages.length} stages failed in ${seconds(started)}`))
  for (const { name, cure } of failed) console.error(`  ${name}: ${cure}`)
  process.exit(1)
}

/** Runs one stage, and shows what it said only when it failed. Tests take long, so they speak as they run. */
function run({ name, command: [program = '', ...args], isSlow }: Stage, count: string): boolean {
  const stageStarted = performance.now()
  if (isSlow) console.log(`${count} ${name}`)
  else process.stdout.write(`${count} ${name.padEnd(20)}`)
  const bin = join(ROOT, 'node_modules/.bin', program)
  const { status, stdout, stderr, error } = spawnSync(bin, args, { cwd: ROOT, stdio: isSlow ? 'inherit' : 'pipe' })
  const passed = status === 0
  const verdict = passed ? styleText('green', 'ok') : styleText('red', 'failed')
  console.log(isSlow ? `${count} ${name} ${verdict} ${seconds(stageStarted)}` : `${verdict} ${seconds(stageStarted)}`)
  if (!passed && !isSlow) console.error(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`)
  return passed
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}

// A reporter for vitest that names, at the end of a run, each test that failed and then passed: such a test is to be mended,
// and nobody would look for it in a run that passed.
import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

export default class SecondTries implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const flaky = tests.filter((test) => test.diagnostic()?.flaky)
    if (flaky.length === 0) return
    console.log(`\n${flaky.length} passed only at the second try:`)
    for (const test of flaky) console.log(describe(test))
  }
}

function describe(test: TestCase): string {
  const errors = test.result().errors ?? []
  const why = errors.map(({ stack, message }) => `    ${(stack ?? message).replaceAll('\n', '\n    ')}`)
  return [`  ${relative(process.cwd(), test.module.moduleId)} > ${test.fullName}`, ...why].join('\n')
}

// Reads vitest's JSON report and says how the run went in one line. `node scripts/count.ts REPORT STATUS`, where STATUS is
// the exit code of everything that ran: whatever failed outside of a test counts as one failure, so that the line and the
// exit code never disagree.
import { readFileSync } from 'node:fs'

type Report = { testResults: { status: string; assertionResults: { status: string }[] }[] }

const [path = '', status = '0'] = process.argv.slice(2)
const { passed, failed } = count(read(path))
console.log(`${passed} passed, ${failed === 0 && status !== '0' ? 1 : failed} failed`)

function read(path: string): Report {
  const text = readFileSync(path, 'utf8')
  return text ? JSON.parse(text) : { testResults: [] }
}

/** A file that did not even load has no tests to fail, and counts as one. */
function count({ testResults }: Report): { passed: number; failed: number } {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const unloaded = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some(hasFailed))
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter(hasFailed).length + unloaded.length,
  }
}

function hasFailed({ status }: { status: string }): boolean {
  return status === 'failed'
}

import type { RunTestsOutput } from '../../tools/run-tests.ts'
import type { Failure } from '../../workspace/tap.ts'
import type { Desk } from '../desk.ts'
import { asks, bullets, fenced, nothingToShow, plural, type Step, says } from '../skill.ts'

export function runTheTests(desk: Desk): Step {
  const run = desk.ask('run_tests', {})
  if (desk.isWaiting) return asks('I run the tests and read what they print.')
  return run ? says(...toldOf(run)) : nothingToShow(desk)
}

/** What a run says, in words. */
export function toldOf({ passed, failed, stopped, output, tookMs }: RunTestsOutput): string[] {
  if (stopped)
    return [
      `**The tests were stopped: ${stopped}.** ${plural(passed.length, 'test')} had passed by then.`,
      fenced(output.slice(-1_500)),
    ]
  if (passed.length + failed.length === 0)
    return ['**No test ran.** This is what was printed:', fenced(output.slice(-1_500))]
  if (failed.length === 0) return [`**All ${plural(passed.length, 'test')} pass** (${tookMs} ms).`]
  return [
    `**${failed.length} of ${plural(passed.length + failed.length, 'test')} ${failed.length === 1 ? 'fails' : 'fail'}.**`,
    bullets(failed.map(toldOfFailure)),
  ]
}

export function toldOfFailure({ name, at, test, error, expected, actual }: Failure): string {
  const place = at ?? test
  const values = expected !== null && actual !== null ? `expected ${expected}, got ${actual}` : error.split('\n')[0]
  return `*${name}*${place ? ` (${place})` : ''}: ${values}`
}

import type { RunTestsOutput } from '../../tools/run-tests.ts'
import type { Failure } from '../../workspace/tap.ts'
import type { Desk } from '../desk.ts'
import { mutationsOf } from '../mutations.ts'
import { asks, fenced, nothingToShow, plural, type Step, says } from '../skill.ts'
import { blockAt, functionIn, importsOf, linesOf, used } from '../source.ts'
import { toldOf, toldOfFailure } from './testing.ts'

// From a failing test to its cause: read the test, follow what it calls, and try small changes of that in a copy until
// one lets the test pass and breaks no other. Only then is a person asked.

const AT_ONCE = 4
const MOST_TRIED = 32
const MOST_FIXED = 5
/** How many calls deep the cause is looked for. */
const DEEPEST = 2

interface Candidate {
  readonly path: string
  readonly line: number
  readonly old: string
  readonly new: string
}

/** `only`: words that name the tests to mend; all of those that fail where none of them is named. */
export function fix(desk: Desk, only: readonly string[]): Step {
  const told: string[] = []
  let run = desk.ask('run_tests', {})
  if (desk.isWaiting) return asks('I run the tests first: what fails, and how, says where to look.')
  if (!run) return nothingToShow(desk)
  if (run.stopped || run.failed.length === 0) return says(...toldOf(run), !run.stopped && 'There is nothing to fix.')
  const meant = new Set(meantOf(run.failed, only).map(({ name }) => name))
  const given = new Set<string>()
  for (let round = 0; round < MOST_FIXED; round++) {
    const failure: Failure | undefined = run.failed.find(({ name }) => meant.has(name) && !given.has(name))
    if (!failure) break
    given.add(failure.name)
    const mended = mend(desk, failure, run)
    if ('kind' in mended) return mended
    told.push(mended.told)
    if (!mended.isChanged) continue
    const again = desk.ask('run_tests', {})
    if (desk.isWaiting) return asks('The change is in. I run all tests again.')
    if (!again) return nothingToShow(desk)
    run = again
  }
  return says(...told, ...toldOf(run))
}

function meantOf(failed: readonly Failure[], only: readonly string[]): readonly Failure[] {
  const named = failed.filter(({ name, test }) =>
    only.some((word) => `${name} ${test ?? ''}`.toLowerCase().includes(word)),
  )
  return named.length > 0 ? named : failed
}

type Mended = { readonly told: string; readonly isChanged: boolean }

function mend(desk: Desk, failure: Failure, run: RunTestsOutput): Step | Mended {
  const candidates = candidatesFor(desk, failure)
  if ('kind' in candidates) return candidates
  const tried = candidates.slice(0, MOST_TRIED)
  for (let i = 0; i < tried.length; i += AT_ONCE) {
    const batch = tried.slice(i, i + AT_ONCE)
    const runs = batch.map(({ line: _, ...change }) => desk.ask('run_tests', { with: [change] }))
    if (desk.isWaiting)
      return asks(
        `${toldOfFailure(failure)}. I try ${plural(batch.length, 'small change')} of ${batch[0]!.path} in a copy.`,
      )
    const found = batch.find((_, n) => isBetter(runs[n], run, failure))
    if (found) return propose(desk, failure, found)
  }
  const where = [...new Set(candidates.map(({ path }) => path))].map((path) => `\`${path}\``).join(', ')
  return {
    isChanged: false,
    told: `**I did not find what is wrong with** ${toldOfFailure(failure)}. ${tried.length === 0 ? 'I found no code that it calls.' : `None of ${plural(tried.length, 'small change')} of ${where} lets it pass.`}`,
  }
}

function propose(desk: Desk, failure: Failure, { path, line, ...edit }: Candidate): Step | Mended {
  const result = desk.ask('edit_file', { path, edits: [edit] })
  if (desk.isWaiting)
    return asks(
      `With this change of ${path}, line ${line}, *${failure.name}* passes and nothing else breaks. I propose it.`,
    )
  const cause = `${toldOfFailure(failure)}. The cause is in \`${path}\`, line ${line}.`
  if (!result) return { isChanged: false, told: `**Not changed**: ${cause}` }
  if (!result.applied) {
    const reason = result.reason ? ` (${result.reason})` : ''
    return { isChanged: false, told: `**Not changed, as you did not approve it**${reason}: ${cause}` }
  }
  return { isChanged: true, told: `**Fixed**: ${cause}\n\n${fenced(result.diff, 'diff')}` }
}

/** The test passes, and so does all that passed before. */
function isBetter(tried: RunTestsOutput | undefined, before: RunTestsOutput, { name }: Failure): boolean {
  if (!tried || tried.stopped) return false
  return tried.passed.includes(name) && before.passed.every((passed) => tried.passed.includes(passed))
}

/** Small changes of the functions that the test calls, the nearest first. */
function candidatesFor(desk: Desk, failure: Failure): Step | Candidate[] {
  const [testPath, testLine] = (failure.test ?? failure.at ?? '').split(':')
  if (!testPath || !testLine) return []
  const test = desk.ask('read_file', { path: testPath })
  if (desk.isWaiting) return asks(`${toldOfFailure(failure)}. I read the test to see what it calls.`)
  if (!test) return nothingToShow(desk)
  const body = linesOf(test.text, blockAt(test.text, Number(testLine) - 1))
  const found: Candidate[] = []
  const seen = new Set<string>()
  let code = [{ path: testPath, text: test.text, body }]
  for (let depth = 0; depth < DEEPEST && code.length > 0; depth++) {
    const called = code.flatMap(({ path, text, body }) =>
      importsOf(path, text).flatMap(({ names, path: from }) => used(names, body).map((name) => ({ name, path: from }))),
    )
    const sources = [...new Set(called.map(({ path }) => path))].map((path) => desk.ask('read_file', { path }))
    if (desk.isWaiting)
      return asks(`It calls ${called.map(({ name, path }) => `${name} of ${path}`).join(', ')}. I read that.`)
    code = called.flatMap(({ name, path }) => {
      const source = sources.find((each) => each?.path === path)
      const block = source && functionIn(source.text, name)
      if (!source || !block || seen.has(`${path} ${name}`)) return []
      seen.add(`${path} ${name}`)
      found.push(...changesOf(path, source.text, block))
      return [{ path, text: source.text, body: linesOf(source.text, block) }]
    })
  }
  return found
}

function changesOf(path: string, text: string, [from, to]: readonly [number, number]): Candidate[] {
  const lines = text.split('\n')
  // The head of a function of several lines is its signature.
  const first = to > from ? from + 1 : from
  return lines.slice(first, to + 1).flatMap((line, i) => {
    const at = first + i
    return mutationsOf(line).flatMap((changed) => {
      const change = unique(text, lines, at, changed)
      return change ? [{ path, line: at + 1, ...change }] : []
    })
  })
}

/** The change with as many lines around it as it takes to be the only place. */
function unique(text: string, lines: readonly string[], at: number, changed: string) {
  for (let around = 0; around <= 5; around++) {
    const [from, to] = [Math.max(0, at - around), at + around + 1]
    const old = lines.slice(from, to).join('\n')
    if (text.split(old).length !== 2) continue
    return { old, new: [...lines.slice(from, at), changed, ...lines.slice(at + 1, to)].join('\n') }
  }
  return undefined
}

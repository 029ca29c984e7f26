import type { Commit, EventOf } from '@longwire/protocol'
import type { Person } from './person.ts'

export type Choice = 'again' | 'skip' | 'result'

type Question = Pick<EventOf<'control.requested'>, 'kind' | 'options'>

/** Whether this asks what to do about a call that was cut. */
function asksAboutCut({ kind, options = [] }: Question): boolean {
  return kind === 'choice' && options.some(({ value }) => value === 'again')
}

/** What the person of these tests answers. */
export function answerTo(request: Question, afterCut: Choice = 'again') {
  if (asksAboutCut(request)) return { action: 'accept', content: { choice: afterCut, result: { pay: 'given' } } }
  if (request.kind === 'approval') return { approved: true }
  if (request.kind === 'form') return { action: 'accept', content: { city: 'Trieste' } }
  return { action: 'accept', content: { choice: 'ship' } }
}

/** The whole journey: two inputs, every question answered, the task ended and spoken of. */
export async function travel(person: Person, afterCut: Choice = 'again'): Promise<readonly Commit[]> {
  await person.say({ type: 'input', id: 'first', text: 'A journey, please' })
  await person.say({ type: 'input', id: 'second', text: 'Also this' })
  await person.until(isOver, (request) => answerTo(request, afterCut))
  return person.commits
}

function isOver(commits: readonly Commit[]): boolean {
  return commits.filter(({ type }) => type === 'turn.ended').length === 3
}

/**
 * The log as it would be had nothing been cut: what is said of attempts, withdrawals and the questions about them is
 * left out, and so are numbers and times. Facts of a step stand in their order, steps in the order of their names.
 */
export function uncut(commits: readonly Commit[]): Readonly<Record<string, readonly string[]>> {
  const names = new Map<string, string>()
  const inputs: string[] = []
  const ofCut = new Set<string>()
  const facts: Record<string, string[]> = {}
  for (const commit of commits) {
    if (commit.type === 'turn.started' && !names.has(commit.turn)) names.set(commit.turn, `T${names.size + 1}`)
    if (commit.type === 'input.accepted') inputs.push(commit.input)
    if (commit.type === 'control.requested' && asksAboutCut(commit)) ofCut.add(commit.request)
    if (isOfCut(commit, ofCut)) continue
    const where = 'task' in commit && commit.task ? commit.task : (commit.step ?? commit.turn ?? 'session')
    const named = (text: string) =>
      text
        .replace(/\bt\d+(?=\b|_)/g, (turn) => names.get(turn) ?? turn)
        .replace(/"i\d+"/g, (input) => `"I${inputs.indexOf(input.slice(1, -1)) + 1}"`)
    const key = named(where)
    facts[key] = [...(facts[key] ?? []), named(factOf(commit))]
  }
  return Object.fromEntries(Object.entries(facts).sort(([a], [b]) => a.localeCompare(b)))
}

function isOfCut(commit: Commit, ofCut: ReadonlySet<string>): boolean {
  switch (commit.type) {
    case 'step.rolledback':
      return true
    case 'turn.started':
      return commit.attempt > 1
    case 'task.started':
      return (commit.attempt ?? 1) > 1
    case 'step.started':
      return commit.name === 'again'
    case 'control.requested':
    case 'control.settled':
      return ofCut.has(commit.request)
    case 'trace.span':
      return commit.kind === 'wait'
    default:
      return false
  }
}

const OF_PLACE_AND_TIME = [
  'seq',
  'at',
  'tookMs',
  'startedAt',
  'until',
  'expiresAt',
  'command',
  'span',
  'parent',
  'session',
]

function factOf(commit: Commit): string {
  const told = Object.entries(commit).filter(([field]) => !OF_PLACE_AND_TIME.includes(field))
  return JSON.stringify(Object.fromEntries(told))
}

/** A thing that the traveller did. */
export interface Note {
  readonly at: number
  readonly session: string
  readonly what: string
  readonly of: string
}

/** What is wrong with what was done, by the log of it: one sentence each. */
export function overdone(notes: readonly Note[], commits: readonly Commit[]): string[] {
  const opened = commits[0] as EventOf<'session.opened'>
  const own = notes.filter(({ session }) => session === opened.session)
  return [...doneAfterItsEnd(own, commits), ...paidInSilence(own, commits)]
}

/**
 * What has its result in the log is not done again. One that was stopped may begin before it hears of that. `apartMs`: how
 * far apart the clocks of the notes and of the log may be.
 */
export function doneAfterItsEnd(notes: readonly Note[], commits: readonly Commit[], apartMs = 0): string[] {
  return notes.flatMap(({ what, of, at }) => {
    const end = commits.find(
      (commit) =>
        (commit.type === 'tool.finished' && commit.call === of) ||
        (commit.type === 'step.finished' && what === 'book' && isCall(commit, of)) ||
        (commit.type === 'step.finished' && what === 'step' && `${commit.turn} ${commit.name}` === of) ||
        (commit.type === 'step.finished' && what === 'task' && isStationOf(commit, of)),
    )
    const wasStopped = end?.type === 'tool.finished' && end.outcome === 'cancelled'
    return end && !wasStopped && at > end.at + apartMs
      ? [`${what} ${of} was done ${at - end.at} ms after its result was in the log`]
      : []
  })
}

function isCall({ output }: EventOf<'step.finished'>, call: string): boolean {
  return (output as { readonly call?: string } | null | undefined)?.call === call
}

function isStationOf({ step, name }: EventOf<'step.finished'>, of: string): boolean {
  const [task, n] = of.split(' ')
  return step.startsWith(`${task}.`) && name === `station ${n}`
}

/** A call that is not idempotent is made once, and once more for each time that a person said so. */
function paidInSilence(notes: readonly Note[], commits: readonly Commit[]): string[] {
  const calls = new Set(notes.filter(({ what }) => what === 'pay').map(({ of }) => of))
  return [...calls].flatMap((call) => {
    const paid = notes.filter(({ what, of }) => what === 'pay' && of === call).length
    const allowed = 1 + timesAllowed(call, commits)
    const started = commits.findIndex((commit) => commit.type === 'tool.started' && commit.call === call)
    const finished = commits.findIndex((commit) => commit.type === 'tool.finished' && commit.call === call)
    const { turn } = commits[started]!
    const wasCut = commits
      .slice(started, finished)
      .some((commit) => commit.type === 'turn.started' && commit.turn === turn)
    const wasAsked = commits.some(
      (commit) => commit.type === 'control.requested' && commit.call === call && asksAboutCut(commit),
    )
    return [
      ...(paid > allowed ? [`${call} was paid ${paid} times, and allowed ${allowed} times`] : []),
      ...(wasCut !== wasAsked
        ? [`${call} was ${wasCut ? '' : 'not '}cut, and ${wasAsked ? '' : 'not '}asked about`]
        : []),
    ]
  })
}

function timesAllowed(call: string, commits: readonly Commit[]): number {
  const asked = commits.flatMap((commit) =>
    commit.type === 'control.requested' && commit.call === call && asksAboutCut(commit) ? [commit.request] : [],
  )
  return commits.filter(
    (commit) =>
      commit.type === 'control.settled' &&
      asked.includes(commit.request) &&
      JSON.stringify(commit.answer).includes('"again"'),
  ).length
}

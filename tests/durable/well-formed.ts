// What holds of every log, whatever was said, stopped, cut and run again. Each fault names the rule of spec/turns.md.
import type { Commit, EventOf } from '@longwire/protocol'

type Fault = (rule: string, commit: Pick<Commit, 'seq' | 'type'> | undefined, what: string) => void

export interface Expected {
  /** Nothing is under way any more: what was begun has its end. */
  readonly isQuiet?: boolean
}

/** One sentence for each thing that is wrong with this log; none where it is well-formed. */
export function wellFormed(commits: readonly Commit[], { isQuiet = false }: Expected = {}): string[] {
  const faults: string[] = []
  const fault: Fault = (rule, commit, what) => {
    faults.push(`[${rule}] ${commit ? `${commit.seq} ${commit.type}: ` : ''}${what}`)
  }
  numbered(commits, fault)
  turns(commits, fault, isQuiet)
  inputs(commits, fault, isQuiet)
  steps(commits, fault)
  calls(commits, fault, isQuiet)
  requests(commits, fault, isQuiet)
  tasks(commits, fault, isQuiet)
  schedules(commits, fault)
  spans(commits, fault)
  return faults
}

function numbered(commits: readonly Commit[], fault: Fault): void {
  for (const [index, commit] of commits.entries()) {
    if (commit.seq !== index + 1) fault('T1', commit, `stands at ${index + 1}`)
    if ((commit.type === 'session.opened') !== (index === 0)) fault('T1', commit, 'a log begins with session.opened')
  }
  const closed = commits.findIndex(({ type }) => type === 'session.closed')
  for (const commit of closed < 0 ? [] : commits.slice(closed + 1))
    fault('T1', commit, 'comes after the session closed')
}

/** What a background task and its schedules record goes on when its turn is over. */
function isOfTask({ type, step }: Commit): boolean {
  return type.startsWith('task.') || type.startsWith('schedule.') || (step !== undefined && /\.b\d+\./.test(step))
}

function turns(commits: readonly Commit[], fault: Fault, isQuiet: boolean): void {
  const over = new Set<string>()
  let open: { turn: string; attempt: number } | undefined
  for (const commit of commits) {
    if (commit.type === 'turn.started') {
      const { turn, attempt } = commit
      if (over.has(turn)) fault('T2', commit, `turn ${turn} is over`)
      if (open && open.turn !== turn) fault('T2', commit, `turn ${open.turn} is open`)
      if (attempt !== (open?.attempt ?? 0) + 1) fault('T2', commit, `attempt ${attempt} after ${open?.attempt ?? 0}`)
      if (!open && turn !== `t${commit.seq}`) fault('T2', commit, `turn ${turn} is not named for its number`)
      open = { turn, attempt }
      continue
    }
    if (commit.type === 'turn.ended') {
      if (open?.turn !== commit.turn) fault('T2', commit, `turn ${commit.turn} is not open`)
      over.add(commit.turn)
      open = undefined
      continue
    }
    if (commit.turn === undefined || isOfTask(commit) || isSpanOfTask(commit)) continue
    if (commit.turn !== open?.turn) fault('T2', commit, `turn ${commit.turn} is not open`)
  }
  if (isQuiet && open) fault('T2', undefined, `turn ${open.turn} has no end`)
}

function isSpanOfTask(commit: Commit): boolean {
  return commit.type === 'trace.span' && /\.b\d+\./.test(commit.span)
}

function inputs(commits: readonly Commit[], fault: Fault, isQuiet: boolean): void {
  const fates = new Map<string, string | undefined>()
  const contexts = new Set<string>()
  for (const commit of commits) {
    if (commit.type === 'input.accepted') {
      if (commit.input !== `i${commit.seq}`) fault('T3', commit, `input ${commit.input} is not named for its number`)
      fates.set(commit.input, undefined)
      if (commit.text === undefined && !commit.parts?.length) contexts.add(commit.input)
    }
    if (commit.type === 'input.applied' || commit.type === 'input.returned') {
      if (!fates.has(commit.input)) fault('T3', commit, `input ${commit.input} was never accepted`)
      const fate = fates.get(commit.input)
      if (fate !== undefined) fault('T3', commit, `input ${commit.input} met its fate at ${fate}`)
      fates.set(commit.input, `${commit.seq}`)
    }
    if (commit.type === 'inputs.arranged') {
      const waiting = [...fates].flatMap(([input, fate]) => (fate === undefined ? [input] : []))
      const isAll = commit.inputs.length === waiting.length && waiting.every((input) => commit.inputs.includes(input))
      if (!isAll) fault('T3', commit, `${commit.inputs} are not those that wait: ${waiting}`)
    }
  }
  if (!isQuiet) return
  for (const [input, fate] of fates) {
    // Context alone waits for the next turn, however long that takes.
    if (fate === undefined && !contexts.has(input)) fault('T3', undefined, `input ${input} has no fate`)
  }
}

/** A step has one result, and what is withdrawn comes before it. */
function steps(commits: readonly Commit[], fault: Fault): void {
  const finished = new Map<string, string>()
  for (const commit of commits) {
    const { step } = commit
    if (step === undefined) continue
    if (commit.type === 'step.rolledback' && finished.has(step)) {
      fault('T4', commit, `step ${step} is withdrawn after its ${finished.get(step)}`)
    }
    if (commit.type !== 'message.committed' && commit.type !== 'step.finished' && commit.type !== 'tool.finished')
      continue
    const before = finished.get(step)
    if (before !== undefined) fault('T4', commit, `step ${step} had its ${before} already`)
    finished.set(step, commit.type)
  }
}

function calls(commits: readonly Commit[], fault: Fault, isQuiet: boolean): void {
  const made = new Map<string, Commit>()
  const started = new Set<string>()
  const finished = new Set<string>()
  for (const commit of commits) {
    if (commit.type === 'message.committed') {
      for (const part of commit.message.parts) {
        if (part.type !== 'tool-call') continue
        if (made.has(part.call)) fault('T5', commit, `call ${part.call} was made before`)
        made.set(part.call, commit)
      }
    }
    if (commit.type === 'tool.started') {
      if (started.has(commit.call)) fault('T5', commit, `call ${commit.call} started before`)
      if (finished.has(commit.call)) fault('T5', commit, `call ${commit.call} has its result`)
      started.add(commit.call)
    }
    if (commit.type === 'tool.finished') {
      if (finished.has(commit.call)) fault('T5', commit, `call ${commit.call} has a result already`)
      finished.add(commit.call)
    }
    if (commit.type !== 'turn.ended') continue
    for (const [call, message] of made) {
      if (message.turn === commit.turn && !finished.has(call)) fault('T5', commit, `call ${call} has no result`)
    }
  }
  if (!isQuiet) return
  for (const call of [...made.keys(), ...started]) {
    if (!finished.has(call)) fault('T5', undefined, `call ${call} has no result`)
  }
}

function requests(commits: readonly Commit[], fault: Fault, isQuiet: boolean): void {
  const open = new Map<string, EventOf<'control.requested'>>()
  const settled = new Set<string>()
  for (const commit of commits) {
    if (commit.type === 'control.requested') {
      if (open.has(commit.request) || settled.has(commit.request))
        fault('T6', commit, `${commit.request} is asked twice`)
      open.set(commit.request, commit)
    }
    if (commit.type === 'control.settled') {
      if (!open.delete(commit.request)) fault('T6', commit, `${commit.request} is not open`)
      settled.add(commit.request)
    }
    if (commit.type !== 'turn.ended') continue
    for (const [request, { turn }] of open) {
      if (turn === commit.turn) fault('T6', commit, `request ${request} has no outcome`)
    }
  }
  if (isQuiet) for (const request of open.keys()) fault('T6', undefined, `request ${request} has no outcome`)
}

function tasks(commits: readonly Commit[], fault: Fault, isQuiet: boolean): void {
  const attempts = new Map<string, number>()
  const finished = new Map<string, boolean>()
  const spoken = new Set<string>()
  for (const commit of commits) {
    if (commit.type === 'task.started') {
      const { task, attempt = 1 } = commit
      if (finished.has(task)) fault('T7', commit, `task ${task} is over`)
      if (attempt !== (attempts.get(task) ?? 0) + 1) fault('T7', commit, `attempt ${attempt} of task ${task}`)
      attempts.set(task, attempt)
    }
    if (commit.type === 'task.finished') {
      if (!attempts.has(commit.task)) fault('T7', commit, `task ${commit.task} never began`)
      if (finished.has(commit.task)) fault('T7', commit, `task ${commit.task} is over already`)
      finished.set(commit.task, commit.speaks ?? false)
    }
    if (commit.type === 'turn.started' && commit.task !== undefined && commit.attempt === 1) {
      if (!finished.get(commit.task)) fault('T7', commit, `task ${commit.task} has nothing to say`)
      if (spoken.has(commit.task)) fault('T7', commit, `task ${commit.task} was spoken of`)
      spoken.add(commit.task)
    }
  }
  const isClosed = commits.at(-1)?.type === 'session.closed'
  if (!isQuiet) return
  for (const task of attempts.keys()) if (!finished.has(task)) fault('T7', undefined, `task ${task} has no end`)
  for (const [task, speaks] of finished) {
    if (speaks && !spoken.has(task) && !isClosed) fault('T7', undefined, `nobody spoke of task ${task}`)
  }
}

function schedules(commits: readonly Commit[], fault: Fault): void {
  const next = new Map<string, number>()
  for (const commit of commits) {
    if (commit.type === 'schedule.set') next.set(commit.schedule, commit.next)
    if (commit.type === 'schedule.ended') next.delete(commit.schedule)
    if (commit.type !== 'turn.started' || commit.schedule === undefined || commit.attempt > 1) continue
    const due = next.get(commit.schedule)
    if (due === undefined) fault('T8', commit, `schedule ${commit.schedule} is not set`)
    else if (due > commit.at) fault('T8', commit, `schedule ${commit.schedule} comes due at ${due}`)
    if (commit.next === undefined) next.delete(commit.schedule)
    else next.set(commit.schedule, commit.next)
  }
}

function spans(commits: readonly Commit[], fault: Fault): void {
  const ended = new Set<string>()
  for (const commit of commits) {
    if (commit.type !== 'trace.span') continue
    if (ended.has(commit.span)) fault('T9', commit, `span ${commit.span} has ended before`)
    ended.add(commit.span)
  }
}

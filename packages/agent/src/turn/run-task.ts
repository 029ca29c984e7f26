import type { Json } from '@longwire/protocol'
import { generate } from '../loop/generate.ts'
import { callTool } from '../loop/own-call.ts'
import type { Tool } from '../tool.ts'
import { answeredFromLog } from './answered-from-log.ts'
import type { KeptTask } from './background.ts'
import { AgentFailure, messageOf } from './failure.ts'
import { jsonText } from './json-text.ts'
import { runTurn } from './run-turn.ts'
import { RunningTurn } from './running-turn.ts'
import { currentScope } from './scope.ts'
import { scopeTrace } from './scope-trace.ts'
import { sleep } from './sleep.ts'
import type { Task } from './turn.ts'
import { type Speaker, Voice } from './voice.ts'

/** How long the code of the turn may take to come to where it began the task. */
const RETRACE_MS = 60_000

/** Runs a background task. Whatever it does, the run says one end, unless it was cancelled. */
export async function runTask(run: RunningTurn, kept: KeptTask | undefined): Promise<void> {
  let speak: { readonly speak?: boolean } = {}
  try {
    const found = kept ?? (await retrace(run))
    speak = { speak: found.speak }
    const result: unknown = await currentScope.run(run.root, () =>
      answeredFromLog.run(`background task ${run.name}`, async () => await found.work(taskOf(run))),
    )
    const text = jsonText(result, 'what the task returned')
    run.complete({ ...speak, ...(text === undefined ? {} : { result: result as Json }) })
  } catch (error) {
    run.crash(error, speak)
  }
}

function taskOf(run: RunningTurn): Task {
  const id = run.name
  return {
    id,
    session: run.start.session,
    principal: run.start.principal,
    signal: run.signal,
    trace: scopeTrace(run, () => run.scope()),
    progress: (fraction, label) => {
      const done = Number.isNaN(fraction) ? {} : { fraction: Math.min(1, Math.max(0, fraction)) }
      run.voice.progress(id, { type: 'task.progress', task: id, ...done, ...(label === undefined ? {} : { label }) })
    },
    step: (name, work) => run.step(name, work),
    sleep: (time) => sleep(run, time),
    generate: (options) => generate(run, options),
    tool: (tool, input) => callTool(run, tool as Tool | string, input) as never,
  }
}

/**
 * What the task is to do was in memory that is gone: the turn's function is run again, on what the log holds of it and
 * without doing anything new, until it comes to where it began the task.
 */
async function retrace(run: RunningTurn): Promise<KeptTask> {
  const { task, ...start } = run.start
  const found = Promise.withResolvers<KeptTask>()
  const over = new AbortController()
  const mute: Speaker = {
    tick: 0,
    say(said) {
      if (said.type === 'end')
        found.reject(notReached(task!, said.end.outcome === 'failed' ? said.end.error : undefined))
    },
  }
  const voice = new Voice(mute, run.voice.run, run.id, Number.POSITIVE_INFINITY, run.clock.now)
  const past = new RunningTurn(run.agent, start, voice, run.clock, {
    isRetraced: true,
    keepTask: (id, kept) => {
      if (id === task) found.resolve(kept)
    },
  })
  void run.clock
    .sleep(RETRACE_MS, AbortSignal.any([run.signal, over.signal]))
    .then(() => found.reject(notReached(task!, undefined)))
  void runTurn(past)
  try {
    return await found.promise
  } finally {
    voice.cancel('the task is found')
    over.abort()
  }
}

function notReached(task: string, error: unknown): AgentFailure {
  const why = error === undefined ? '' : `: ${messageOf(error)}`
  return new AgentFailure('turn_changed', `the code of the turn does not come to where it began task ${task}${why}`)
}

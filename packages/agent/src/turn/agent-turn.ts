import { generate } from '../loop/generate.ts'
import { callTool } from '../loop/own-call.ts'
import type { Tool } from '../tool.ts'
import { asPartOf } from './answered-from-log.ts'
import { background } from './background.ts'
import { becauseText } from './because-text.ts'
import { all } from './branches.ts'
import { requestsOf } from './requests.ts'
import type { RunningTurn } from './running-turn.ts'
import { schedulesOf } from './schedules.ts'
import { scopeTrace } from './scope-trace.ts'
import { sleep } from './sleep.ts'
import type { Turn } from './turn.ts'

/** The turn as its author sees it. */
export function agentTurn(run: RunningTurn): Turn {
  const { start, inputs } = run
  const because = start.because === undefined ? [] : [becauseText(start.because)]
  const requests = requestsOf(run)
  run.requests = requests
  const texts = [...inputs.map((input) => textOf(input)), ...because]
  return {
    id: start.turn,
    session: start.session,
    attempt: start.attempt,
    cause: start.cause,
    ...(start.because === undefined ? {} : { because: start.because }),
    principal: start.principal,
    metadata: start.metadata,
    input: { text: texts.filter((text) => text !== '').join('\n\n'), all: inputs },
    history: start.history,
    signal: run.signal,
    trace: scopeTrace(run, () => run.scope()),
    text: (piece) => run.say('text', piece),
    reasoning: (piece) => run.say('reasoning', piece),
    step: (name, work) => run.step(name, work),
    all: (branches) => all(run, branches) as never,
    generate: (options) => asPartOf('turn.generate()', () => generate(run, options)),
    tool: (tool, input) => asPartOf('turn.tool()', () => callTool(run, tool as Tool | string, input)) as never,
    request: requests,
    sleep: (time) => sleep(run, time),
    background: (label, work, options) => background(run, label, work, options),
    schedule: schedulesOf(run),
  }
}

function textOf({ text, parts }: Turn['input']['all'][number]): string {
  if (text !== undefined) return text
  return (parts ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')
}

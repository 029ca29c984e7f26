import { generate } from '../loop/generate.ts'
import type { RunningTurn } from './running-turn.ts'
import { scopeTrace } from './scope-trace.ts'
import type { Turn } from './turn.ts'

/** The turn as its author sees it. */
export function agentTurn(run: RunningTurn): Turn {
  const { start } = run
  const texts = start.inputs.map((input) => textOf(input))
  return {
    id: start.turn,
    session: start.session,
    attempt: start.attempt,
    cause: start.cause,
    principal: start.principal,
    metadata: start.metadata,
    input: { text: texts.filter((text) => text !== '').join('\n\n'), all: start.inputs },
    history: start.history,
    signal: run.signal,
    trace: scopeTrace(run, () => run.scope()),
    text: (piece) => run.say('text', piece),
    reasoning: (piece) => run.say('reasoning', piece),
    step: (name, work) => run.step(name, work),
    generate: (options) => generate(run, options),
  }
}

function textOf({ text, parts }: Turn['input']['all'][number]): string {
  if (text !== undefined) return text
  return (parts ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')
}

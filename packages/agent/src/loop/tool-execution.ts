import type { Json } from '@longwire/protocol'
import type { ToolResult } from '../boundary/messages.ts'
import type { ServerToolOptions, ToolContext } from '../tool.ts'
import { messageOf } from '../turn/failure.ts'
import { jsonText } from '../turn/json-text.ts'
import { currentScope, type Scope } from '../turn/scope.ts'
import { scopeTrace } from '../turn/scope-trace.ts'
import { untilAborted } from '../turn/until-aborted.ts'
import { checked } from './tool-schema.ts'

const TIMEOUT_MS = 60_000

/** What a call came to. */
export type Ended = Pick<ToolResult, 'outcome' | 'output' | 'error'>

export function failed(error: string): Ended {
  return { outcome: 'error', error }
}

/**
 * Runs the tool's code for as long as it may: one that ignores its signal is left to itself. Rejects only when the turn
 * is over; all else is a result.
 */
export async function execute(
  scope: Scope,
  tool: ServerToolOptions<unknown, unknown>,
  call: string,
  input: unknown,
): Promise<Ended> {
  const { run } = scope
  const stop = new AbortController()
  const context: ToolContext = {
    call,
    session: run.start.session,
    principal: run.start.principal,
    signal: AbortSignal.any([run.signal, stop.signal]),
    trace: scopeTrace(run, () => scope),
    progress: (fraction, label) => scope.span?.move({ fraction, label }),
  }
  const timeout = tool.timeout ?? TIMEOUT_MS
  // A call that is run again in silence may be let go of while it waits; any other is at work until it is over.
  const work = tool.idempotent ? undefined : scope.step.doing.begin('work')
  if (Number.isFinite(timeout)) {
    void run.clock.sleep(timeout, stop.signal).then(() => stop.abort(tookTooLong(timeout)))
  }
  try {
    const running = currentScope.run(scope, async () => await tool.execute(input, context))
    return await resultOf(tool, await untilAborted(context.signal, running))
  } catch (error) {
    run.voice.ensureSpeaking()
    return failed(messageOf(error))
  } finally {
    work?.end()
    stop.abort(new DOMException('the call is over', 'AbortError'))
  }
}

/** What a tool gave, as its schema leaves it. Throws where it is not JSON. */
export async function resultOf(
  { outputSchema }: Pick<ServerToolOptions<unknown, unknown>, 'outputSchema'>,
  given: unknown,
): Promise<Ended> {
  const fits = outputSchema ? await checked(outputSchema, given, 'the output') : { ok: true as const, value: given }
  if (!fits.ok) return failed(fits.error)
  const text = jsonText(fits.value, 'the output')
  return text === undefined ? { outcome: 'ok' } : { outcome: 'ok', output: fits.value as Json }
}

function tookTooLong(ms: number): Error {
  return new DOMException(`the tool took longer than ${ms} ms`, 'TimeoutError')
}

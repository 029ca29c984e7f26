import type { Json } from '@longwire/protocol'
import type { ToolResult } from '../boundary/messages.ts'
import type { ServerToolOptions, ToolContext } from '../tool.ts'
import { messageOf } from '../turn/failure.ts'
import { jsonText } from '../turn/json-text.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import { currentScope, type Scope } from '../turn/scope.ts'
import { scopeTrace } from '../turn/scope-trace.ts'
import { untilAborted } from '../turn/until-aborted.ts'
import { checked } from './tool-schema.ts'

const TIMEOUT_MS = 60_000
const DEFAULT_GRACE_MS = 2_000

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
    // What was stopped as it was about to begin does not begin.
    run.signal.throwIfAborted()
    const running = currentScope.run(scope, async () => await tool.execute(input, context))
    return await resultOf(tool, await untilOver(run, tool, context.signal, running))
  } catch (error) {
    if (run.voice.isStopping) return stopped(error)
    run.voice.ensureSpeaking()
    return failed(messageOf(error))
  } finally {
    work?.end()
    stop.abort(new DOMException('the call is over', 'AbortError'))
  }
}

/**
 * What the tool's code gives. Where its own time is over it is not waited for; where a person stopped the turn, it may
 * take a moment to end by itself.
 */
async function untilOver<T>(
  run: RunningTurn,
  { grace = DEFAULT_GRACE_MS }: Pick<ServerToolOptions<unknown, unknown>, 'grace'>,
  signal: AbortSignal,
  running: Promise<T>,
): Promise<T> {
  try {
    return await untilAborted(signal, running)
  } catch (error) {
    const graceMs = Math.min(grace, run.voice.graceMs)
    if (!run.voice.isStopping || graceMs <= 0) throw error
    const late = new AbortController()
    void run.clock.sleep(graceMs, late.signal).then(() => late.abort(new LeftToItself(graceMs)))
    return await untilAborted(late.signal, running).finally(() => late.abort())
  }
}

/** How a call ended that a person stopped: by itself as it should, in its own way, or not at all. */
function stopped(error: unknown): Ended {
  if (error instanceof LeftToItself) return { outcome: 'cancelled', error: error.message }
  const isAbort = error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
  return isAbort ? { outcome: 'cancelled', error: 'stopped by a person' } : failed(messageOf(error))
}

class LeftToItself extends Error {
  override readonly name = 'LeftToItself'
  constructor(graceMs: number) {
    super(`stopped by a person; it did not end within ${graceMs} ms, and was left to itself`)
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

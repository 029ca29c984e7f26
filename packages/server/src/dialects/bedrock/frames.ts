import type { EventOf, Json } from '@longwire/protocol'
import type { Withdrawn } from '../told-text.ts'
import type { Exception } from './errors.ts'
import { type Asked, returnControl } from './return-control.ts'
import type { Said } from './telling.ts'

/** Who speaks to whom, as the service's frames name it. */
export interface Address {
  readonly sessionId: string
  readonly agentId: string
  readonly agentAliasId: string
}

type SaidTrace = Extract<Said, { say: 'trace' }>

/** A trace part, as the service has it. */
export function tracePart({ trace, at }: SaidTrace, address: Address) {
  return { ...address, agentVersion: '1', callerChain: [], eventTime: new Date(at).toISOString(), trace }
}

/** The same with the rationale beside it, where the peer reads that. */
export function flatTrace(said: SaidTrace, address: Address) {
  return { rationale: said.rationale, ...said.about, ...tracePart(said, address) }
}

export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}

/** A question to the person, and beside it the service's own way to ask. */
export function controlFrame(
  asked: Asked,
  agentId: string,
  tool: string | undefined,
): { readonly control: object; readonly returnControl: ReturnType<typeof returnControl> } {
  const { request, kind, message, call, input, schema, options, expiresAt } = asked
  const question = {
    invocationId: request,
    kind,
    message,
    ...(tool === undefined ? {} : { tool }),
    ...present({ call, input, schema, options, expiresAt }),
  }
  return { control: question, returnControl: returnControl(asked, agentId, tool) }
}

export function settledFrame({ request, outcome, answer, by }: EventOf<'control.settled'>) {
  return { settled: { invocationId: request, outcome, ...present({ answer, by }) } }
}

/** What was said and is withdrawn: the last so many characters the peer was told and has not seen withdrawn. */
export function rollbackFrame({ step, length, text }: Withdrawn, reason: string) {
  return { rollback: { step, characters: length, ...(text === undefined ? {} : { text }), reason } }
}

export function completionFrame(
  { turn, outcome, finishReason, usage }: EventOf<'turn.ended'>,
  text: string | undefined,
  sessionId: string,
) {
  const tokens = usage && present({ inputTokens: usage.inputTokens, outputTokens: usage.outputTokens })
  return {
    completion: {
      sessionId,
      turn,
      outcome,
      finishReason,
      ...(text === undefined ? {} : { text }),
      ...(tokens ? { usage: tokens } : {}),
    },
  }
}

/** An error, in the service's words; `code` is the protocol's own. */
export function errorFrame({ name, message }: Exception, code: string, retry: { readonly retryable: boolean }) {
  return { error: { type: name, code, message, ...retry } }
}

function present(fields: Readonly<Record<string, unknown>>): Record<string, Json> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Record<string, Json>
}

import type { SessionCommand } from '@longwire/protocol'
import type { Logger } from 'pino'
import { Refusal } from '../refusal.ts'

/** What an operator wants to be able to look up later: who came in, who was refused, who allowed what. */
export type AuditEvent =
  | {
      readonly event: 'handshake'
      readonly principal: string
      readonly verifier?: string | undefined
      readonly address?: string | undefined
      readonly path: string
      readonly proofs?: readonly string[] | undefined
    }
  | {
      readonly event: 'refusal'
      readonly code: string
      readonly why: string
      readonly verifier?: string | undefined
      readonly principal?: string | undefined
      readonly key?: string | undefined
      readonly address?: string | undefined
      readonly path?: string | undefined
      readonly session?: string | undefined
      readonly asked?: string | undefined
    }
  | {
      readonly event: 'approval'
      readonly principal: string
      readonly session: string
      readonly request: string
      readonly approved?: boolean | undefined
      readonly action?: string | undefined
    }
  /** Somebody with the role looked at what is not theirs, or acted on it. */
  | { readonly event: 'operator'; readonly principal: string; readonly looked: string }
  | {
      readonly event: 'operator'
      readonly principal: string
      readonly did: string
      readonly key: string
      readonly command: string
    }

/** Writes it down. No field of it is a secret: keys and tickets are named by their ids, addresses go without their query. */
export type Audit = (event: AuditEvent) => void

/** The audit log as lines of a logger of its own. */
export function auditTo(log: Logger): Audit {
  const audit = log.child({ audit: true })
  return (event) => audit.info(event, event.event)
}

/** Does what this command asks, and writes it down where it is an answer of a person, or is not allowed. */
export async function audited<T>(
  audit: Audit,
  session: string,
  command: SessionCommand,
  { principal }: { readonly principal: string },
  act: () => Promise<T>,
): Promise<T> {
  try {
    const result = await act()
    if (command.type === 'answer') {
      const { request, approved, action } = command
      audit({ event: 'approval', principal, session, request, approved, action })
    }
    return result
  } catch (error) {
    if (error instanceof Refusal && error.code === 'forbidden') {
      audit({ event: 'refusal', code: error.code, why: error.message, principal, session, asked: command.type })
    }
    throw error
  }
}

import type { CommandOf, SessionCommand } from '@longwire/protocol'
import { Refusal } from '../refusal.ts'
import type { FoundSession } from '../session/read-session.ts'
import type { Sessions } from '../session/sessions.ts'
import type { Identity } from './verifier.ts'

/** What one may do in a session. Whoever is not limited to some of these may do all. */
export const VERBS = ['observe', 'send', 'steer', 'approve', 'cancel'] as const
export type Verb = (typeof VERBS)[number]

/** Whoever has this one has all. */
const EVERY_ROLE = '*'
const OPERATES = 'operator'

/** Whether this identity has the role. */
export function hasRole({ roles = [] }: Pick<Identity, 'roles'>, role: string): boolean {
  return roles.includes(role) || roles.includes(EVERY_ROLE)
}

/** Whether it may look at and stop what others run. Whoever is limited to some verbs or sessions may not. */
export function isOperator(identity: Identity): boolean {
  return hasRole(identity, OPERATES) && identity.verbs === undefined && identity.sessions === undefined
}

/** Refuses with `forbidden` where this identity may not do that. */
export function refuseUnless(identity: Pick<Identity, 'verbs'>, verb: Verb): void {
  if (identity.verbs === undefined || identity.verbs.includes(verb)) return
  throw new Refusal(
    'forbidden',
    `this needs the verb «${verb}», and the identity may only ${identity.verbs.join(', ')}`,
  )
}

/** Whether this identity may know of the session at all. */
export function reaches({ sessions }: Pick<Identity, 'sessions'>, session: string): boolean {
  return sessions === undefined || sessions.includes(session)
}

/** The session, for one who may observe it. To anyone else it is not there. */
export async function reach(sessions: Sessions, identity: Identity, session: string): Promise<FoundSession> {
  if (!reaches(identity, session)) throw new Refusal('session_not_found', `there is no session ${session}`)
  refuseUnless(identity, 'observe')
  return sessions.find(identity.principal, session)
}

/** Refuses one who may not make a session, or not this one. */
export function refuseToOpen(identity: Identity, session: string | undefined): void {
  refuseUnless(identity, 'send')
  if (identity.sessions === undefined || (session !== undefined && reaches(identity, session))) return
  throw new Refusal('forbidden', 'this identity is for sessions that are there already')
}

/** What it takes to say this in a session. */
export function verbOf(command: SessionCommand): Verb {
  switch (command.type) {
    case 'input':
      return isForNext(command) ? 'send' : 'steer'
    case 'withdraw':
    case 'arrange':
    case 'describe':
    case 'schedule':
    case 'unschedule':
      return 'send'
    case 'answer':
      return 'approve'
    case 'cancel':
    case 'close':
      return 'cancel'
  }
}

function isForNext({ delivery = 'queue' }: CommandOf<'input'>): boolean {
  return delivery === 'queue'
}

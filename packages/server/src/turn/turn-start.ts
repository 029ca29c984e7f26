import type { AgentInput, TurnStart, Used } from '@longwire/agent/internal'
import type { Commit, EventOf } from '@longwire/protocol'
import type { Session } from '../session/session.ts'
import type { SessionState } from '../session/session-state.ts'
import { historyOf } from './history.ts'

/**
 * What an agent gets to know in order to run a turn: from its beginning, or as far as the log has it. It is read from the
 * log, so that it is the same for the process that began the turn and for any that takes it over.
 */
export async function turnStart(session: Session, turn: string): Promise<TurnStart> {
  const events = await commitsOf(session, turn)
  const begun = events.findLast((event): event is EventOf<'turn.started'> => event.type === 'turn.started')
  if (!begun) throw new Error(`the log of ${session.id} has no turn ${turn}`)
  const applied = events.filter((event): event is EventOf<'input.applied'> => event.type === 'input.applied')
  const { state } = session
  const because = state.turn?.turn === turn ? state.turn.because : undefined
  return {
    session: session.id,
    turn,
    agent: session.agent,
    attempt: begun.attempt,
    cause: begun.cause,
    principal: session.principal,
    metadata: state.metadata,
    inputs: await inputsOf(session, applied, ({ step }) => step === undefined),
    joined: await inputsOf(session, applied, ({ step }) => step !== undefined),
    history: historyOf(await session.views.committed(), turn),
    recorded: events,
    used: usedBefore(state, turn),
    aheadMs: session.house.aheadMs?.(),
    ...(because === undefined ? {} : { because }),
  }
}

/** What the session used before this turn; a turn that is run again has its own calls in what is recorded. */
function usedBefore({ turn, used }: SessionState, id: string): Used {
  const { usage, toolCalls, wallMs } = turn?.turn === id ? turn.usedBefore : used
  return { ...usage, toolCalls, wallMs }
}

/** The commits of one turn, which is named for the number of its first. */
async function commitsOf(session: Session, turn: string): Promise<readonly Commit[]> {
  const commits: Commit[] = []
  for (let at = Number(turn.slice(1)) - 1; at < session.head; ) {
    const page = session.recent(at) ?? (await session.read(at))
    if (page.length === 0) throw new Error(`the log of ${session.id} ends at ${at}, not at ${session.head}`)
    for (const { fields } of page) {
      const event = JSON.parse(`{${fields}`) as Commit
      if (event.turn === turn) commits.push(event)
    }
    at = page.at(-1)!.seq
  }
  return commits
}

/** The inputs behind these, as they were accepted; they too are named for their commit. */
function inputsOf(
  session: Session,
  applied: readonly EventOf<'input.applied'>[],
  wanted: (event: EventOf<'input.applied'>) => boolean,
): Promise<readonly AgentInput[]> {
  return Promise.all(applied.filter(wanted).map(({ input }) => acceptedInput(session, input)))
}

async function acceptedInput(session: Session, id: string): Promise<AgentInput> {
  const seq = Number(id.slice(1))
  const [recent] = session.recent(seq - 1) ?? []
  const fields = recent?.fields ?? (await session.read(seq - 1))[0]?.fields
  if (fields === undefined) throw new Error(`the log of ${session.id} has no input ${id}`)
  const { input, delivery, text, parts, context, by } = JSON.parse(`{${fields}`) as EventOf<'input.accepted'>
  return { input, delivery, text, parts, context, by }
}

import type { AgentHost } from '@longwire/agent/internal'
import type { Limits } from '@longwire/protocol'
import type { SessionRecord } from '@longwire/store'
import type { Logger } from 'pino'
import type { CommandGround } from '../commands/session-command.ts'
import type { WorkTally } from '../limits/work-tally.ts'
import { Tasks } from '../task/tasks.ts'
import type { OpensChild } from '../turn/agent-call.ts'
import { Turns } from '../turn/turns.ts'
import { Alarm } from './alarm.ts'
import { Session, type SessionHouse } from './session.ts'
import type { SessionState } from './session-state.ts'
import { alarmAt, wake } from './wake.ts'

export interface GroundHouse extends SessionHouse {
  readonly agents: AgentHost
  readonly limits: Limits
  readonly tally: WorkTally
  readonly log: Logger
  readonly onTurnEnd: (outcome: 'completed' | 'failed' | 'cancelled') => void
  readonly takesTurns: () => boolean
  readonly openChild: OpensChild
}

const RING_AGAIN_MS = 5_000

/** A session in memory, with all that acts on it: its turns, its background tasks, and the alarm for what comes due. */
export function createGround(house: GroundHouse, record: SessionRecord, state: SessionState): CommandGround {
  const { agents, limits, log, takesTurns, openChild, clock, tally } = house
  const session = new Session(house, record, state)
  const onTask = () => tasks.begin()
  const turns = new Turns(session, { agents, limits, log, takesTurns, openChild, onTask, onEnd: house.onTurnEnd })
  const tasks = new Tasks(session, { agents, log, limits, openChild, onEnd: () => turns.goOn() })
  const alarm = new Alarm(() => clock.now(), ring)
  const takesInputs = () => house.node !== undefined || takesTurns()
  const ground: CommandGround = { session, turns, tasks, alarm, limits, tally, takesInputs }
  session.onChange = () => {
    alarm.set(alarmAt(ground))
    tally.changed(session)
  }
  return ground

  /** The time of this session has come. */
  function ring(): void {
    session.mailbox.post(async () => {
      if (!takesTurns()) return
      try {
        await wake(ground)
        alarm.set(alarmAt(ground))
      } catch (error) {
        if (session.isLost) return
        log.error({ session: session.id, err: error }, 'what was due could not be done')
        alarm.set(clock.now() + RING_AGAIN_MS)
      }
    })
  }
}

/** Lets go of everything that acts on the session; what the log says is open, another process goes on with. */
export function dismiss({ session, turns, tasks, alarm, tally }: CommandGround): void {
  tally.forget(session)
  turns.close()
  tasks.close()
  alarm.set(undefined)
}

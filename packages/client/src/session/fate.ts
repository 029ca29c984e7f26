import { backOff } from '../link/back-off.ts'
import { localError } from '../longwire-error.ts'
import { eventsAfter } from './events-after.ts'
import type { Accepted, Fate, FateEvent, ToldFates } from './sent.ts'
import type { Session } from './session.ts'

/** What becomes of an input that is in the log: as the session tells it, or where it does not any more, as the log does. */
export async function fateOf(session: Session, { input, seq }: Accepted, told: ToldFates): Promise<Fate> {
  const event = told.get(input) ?? (await nextFate(session, input, seq, told))
  if (event.type === 'input.returned') return { outcome: 'returned', seq, input, reason: event.reason }
  const { turn, step } = event
  return { outcome: 'applied', seq, input, turn, ...(step === undefined ? {} : { step }) }
}

function nextFate(session: Session, input: string, seq: number, told: ToldFates): Promise<FateEvent> {
  return new Promise((resolve, reject) => {
    let isAsking = false
    let tries = 0
    let stopTimer = () => {}
    const settle = (settled: () => void) => {
      stop()
      stopTimer()
      settled()
    }
    const look = () => {
      const fate = told.get(input)
      const { error } = session
      if (fate) settle(() => resolve(fate))
      else if (error) settle(() => reject(error))
      else if (!isAsking && session.isPast(seq) && !isWaiting(session, input)) ask()
    }
    // The view was replaced since: what the events would have told is in the log.
    const ask = () => {
      isAsking = true
      findFate(session, input, seq).then(
        (found) => settle(() => (found ? resolve(found) : reject(localError('input_returned')))),
        () => {
          const { clock, chance } = session.line.outside
          tries += 1
          stopTimer = clock.after(backOff(tries, chance()), () => {
            isAsking = false
            look()
          })
        },
      )
    }
    const stop = session.watch(look)
    look()
  })
}

function isWaiting({ view }: Session, input: string): boolean {
  return view.waiting.some((waiting) => waiting.input === input)
}

async function findFate(session: Session, input: string, seq: number): Promise<FateEvent | undefined> {
  for (let after = `${seq}`; ; ) {
    const { events, place } = await eventsAfter(session, after)
    for (const event of events) {
      if (event.type !== 'input.applied' && event.type !== 'input.returned') continue
      if (event.input === input) return event
    }
    if (events.length === 0) return undefined
    after = place
  }
}

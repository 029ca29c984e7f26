import type { Session } from '@longwire/client'
import type { InputView } from '@longwire/view'
import type { Typed } from './typed.ts'

type QueueTyped = Extract<Typed, { does: 'drop' | 'first' | 'move' | 'clear' }>

/** Inputs of a person's own that wait for a turn, in their order; context that comes along is none. */
export function waitingInputs({ view }: Pick<Session, 'view'>): readonly InputView[] {
  return view.waiting.filter(({ text, parts = [] }) => text !== undefined || parts.length > 0)
}

/** Does to the inputs that wait what a person typed. Resolves with what is to be said about it, if anything. */
export async function changeQueue(session: Session, typed: QueueTyped): Promise<string> {
  const waiting = waitingInputs(session).map(({ input }) => input)
  if (waiting.length === 0) return 'no input waits'
  if (typed.does === 'clear') {
    await Promise.all(waiting.map((input) => session.withdraw(input)))
    return `${waiting.length} taken back`
  }
  const input = waiting[typed.at - 1]
  if (input === undefined) return `there is no input ${typed.at}: ${waiting.length} wait`
  if (typed.does === 'drop') {
    await session.withdraw(input)
    return 'taken back'
  }
  const others = waiting.filter((each) => each !== input)
  const to = typed.does === 'move' ? typed.to - 1 : 0
  await session.arrange([...others.slice(0, to), input, ...others.slice(to)])
  return ''
}

import type { Agent } from '@longwire/agent'
import type { Commit, EventOf, EventType } from '@longwire/protocol'
import { afterEach } from 'vitest'
import { MortalHome, type MortalOptions } from './mortal-home.ts'
import { Person } from './person.ts'

const homes: MortalHome[] = []
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close()
})

/** A server for one test, with these agents in each of its lives. */
export function homeOf(
  agents: Agent | readonly Agent[] | MortalOptions['agents'],
  more: Omit<MortalOptions, 'agents'> = {},
): MortalHome {
  const each = typeof agents === 'function' ? agents : () => [agents].flat() as readonly Agent[]
  const home = new MortalHome({ agents: each, ...more })
  homes.push(home)
  return home
}

/** Somebody with a session of this agent, to whom this was said. */
export async function talkTo(home: MortalHome, agent: string, text?: string): Promise<Person> {
  const person = await Person.open(home, agent, 'open')
  if (text !== undefined) await person.say({ type: 'input', id: 'first', text })
  return person
}

/** The commits of this type so far. */
export function of<T extends EventType>(commits: readonly Commit[], type: T): readonly EventOf<T>[] {
  return commits.filter((commit) => (commit.type as string) === type) as never
}

/** Whether so many turns have ended. */
export function ended(n: number): (commits: readonly Commit[]) => boolean {
  return (commits) => of(commits, 'turn.ended').length >= n
}

/** Whether so many requests were made. */
export function asked(n: number): (commits: readonly Commit[]) => boolean {
  return (commits) => of(commits, 'control.requested').length >= n
}

/** What the agent said, one text for each message. */
export function textsOf(commits: readonly Commit[]): readonly string[] {
  return of(commits, 'message.committed').map(({ message }) =>
    message.parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
  )
}

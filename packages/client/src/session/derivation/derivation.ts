import { type Draft, ORIGIN, type Place, parsePlace } from '@longwire/protocol'
import type { Derived } from '../derived.ts'
import type { EventQueue } from '../event-queue.ts'
import { eventsAfter } from '../events-after.ts'
import type { Session } from '../session.ts'
import { CommitEffect, type EffectOptions, type EffectStand, KeptPlace } from './commit-effect.ts'
import { DerivedState, type Reducer } from './derived-state.ts'
import { DraftEffect } from './draft-effect.ts'
import { type FollowListener, LogFollower } from './log-follower.ts'

// The state and the effects that an application hangs on the events of a session. Loaded when the first is asked for.

/** Keeps this state up, from the origin on. */
export function keepUp<S>(
  session: Session,
  derived: Derived<S>,
  reducer: Reducer<S>,
  caughtUp: () => void,
  failed: (error: unknown) => void,
): () => void {
  return follow(session, new DerivedState(derived, reducer, caughtUp, failed), async () => ORIGIN)
}

/** Each draft that the queue gives is done, and undone where it is withdrawn. */
export function doOnDrafts(queue: EventQueue, type: string, effect: (event: Draft) => unknown): () => void {
  const doing = new DraftEffect(type, effect)
  const reading = async () => {
    for await (const event of queue) doing.heard(event)
  }
  reading().catch(() => {}) // the session is lost: its own error tells
  return () => void queue.return()
}

export function doOnCommits(
  session: Session,
  type: string,
  effect: ConstructorParameters<typeof CommitEffect>[1],
  options: EffectOptions,
  since: Promise<string>,
): () => void {
  const { storage } = session.line
  const { name } = options
  const stand: EffectStand = {
    here: () => parsePlace(session.place)!,
    log: () => session.log ?? '',
    kept: () =>
      storage && name !== undefined ? new KeptPlace(storage, `longwire:effect:${session.id}:${name}`) : undefined,
  }
  const doing = new CommitEffect(type, effect, options, stand)
  const stop = follow(session, doing, async () => placeOf(stand, parsePlace(await since)!))
  return () => {
    doing.stop()
    stop()
  }
}

/** Follows the session once it is there, which is when its log is known. */
function follow(session: Session, listener: FollowListener, from: () => Promise<Place>): () => void {
  let follower: LogFollower | undefined
  let isStopped = false
  const begin = (place: Place) => {
    if (isStopped) return
    follower = new LogFollower(session, place, (after) => eventsAfter(session, after), session.line.outside, listener)
    follower.start()
  }
  session.ready
    .then(from)
    .then(begin)
    .catch((error) => listener.failed(error))
  return () => {
    isStopped = true
    follower?.stop()
  }
}

/** Where an effect goes on: where it stood, or here where it is new or the log is another. */
async function placeOf({ log, kept }: EffectStand, here: Place): Promise<Place> {
  const stands = await kept()?.read()
  if (stands?.log === log()) return stands.place
  await kept()?.write(here, log())
  return here
}

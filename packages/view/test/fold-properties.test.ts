import { comparePlaces, placeOf, type SessionEvent } from '@longwire/protocol'
import { EVENTS } from '@longwire/protocol/schemas'
import { emptyView, fold, foldAll, lastTurns, type SessionView, type SpanView } from '@longwire/view'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { histories } from './histories.ts'

type Events = readonly SessionEvent[]

const viewOf = (events: Events): SessionView => foldAll(emptyView(), events)
const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value))
const holds = (property: fc.IProperty<[Events, number]>): void => fc.assert(property, { numRuns: 400 })
const cuts = fc.nat({ max: 100 })

/** Every prefix that ends in a commit of this type, with that commit. */
function endsIn<T extends SessionEvent['type']>(events: Events, type: T) {
  return events.flatMap((event, index) =>
    event.type === type
      ? [{ before: events.slice(0, index), commit: event as Extract<SessionEvent, { type: T }> }]
      : [],
  )
}

const KEYS = Object.keys(emptyView()) as (keyof SessionView)[]

const isDraft = (event: SessionEvent): boolean => 'sub' in event && event.sub !== undefined

/** Whether `later` takes the place of the draft, or withdraws it. */
function supersedes(later: SessionEvent, draft: SessionEvent): boolean {
  if (draft.type === 'task.progress') return later.type === 'task.finished' && later.task === draft.task
  if (later.turn !== draft.turn) return false
  if (later.type === 'turn.ended' || (later.type === 'turn.started' && later.attempt > 1)) return true
  if (later.type === 'step.rolledback') return later.step === draft.step
  if (draft.type === 'trace.progress') return later.type === 'trace.span' && later.span === draft.span
  return later.type === 'message.committed' && later.step === draft.step
}

function isSuperseded(events: Events, index: number): boolean {
  const draft = events[index]!
  return isDraft(draft) && events.slice(index + 1).some((later) => supersedes(later, draft))
}

/** One event for two drafts of the same thing that follow each other, or undefined. */
function merged(a: SessionEvent, b: SessionEvent): SessionEvent | undefined {
  if (a.seq !== b.seq || a.turn !== b.turn || a.step !== b.step) return undefined
  if (a.type === 'chunk.text' && b.type === a.type && a.part === b.part) return { ...b, text: a.text + b.text }
  if (a.type === 'chunk.reasoning' && b.type === a.type && a.part === b.part) return { ...b, text: a.text + b.text }
  if (a.type === 'chunk.tool' && b.type === a.type && a.call === b.call) return { ...b, input: a.input + b.input }
  if (a.type === 'trace.progress' && b.type === a.type && a.span === b.span) return b
  if (a.type === 'task.progress' && b.type === a.type && a.task === b.task) return b
  return undefined
}

function mergedAll(events: Events): Events {
  return events.reduce<SessionEvent[]>((so, event) => {
    const last = so.at(-1)
    const one = last && merged(last, event)
    if (one) so[so.length - 1] = one
    else so.push(event)
    return so
  }, [])
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) frozen(inner)
  }
  return value
}

describe('the fold, over histories of sessions', () => {
  test('the histories are well-formed: every event fits its schema, and each is after the one before', () => {
    holds(
      fc.property(histories, cuts, (events, _) => {
        for (const event of events) EVENTS[event.type].parse(event)
        for (const [index, event] of events.slice(1).entries()) {
          expect(comparePlaces(placeOf(events[index]!), placeOf(event))).toBeLessThan(0)
        }
      }),
    )
  })

  test('[V2] what was seen already changes nothing, however often it comes again', () => {
    holds(
      fc.property(histories, cuts, (events, cut) => {
        const seen = events.slice(0, cut)
        const view = viewOf(seen)
        expect(foldAll(view, seen)).toBe(view)
        expect(foldAll(view, events)).toStrictEqual(viewOf(events))
      }),
    )
  })

  test('[V3] a view that went through JSON folds on as the one it came from', () => {
    holds(
      fc.property(histories, cuts, (events, cut) => {
        const view = viewOf(events.slice(0, cut))
        expect(throughJson(view)).toStrictEqual(view)
        expect(foldAll(throughJson(view), events.slice(cut))).toStrictEqual(viewOf(events))
      }),
    )
  })

  test('[V4] the fold changes neither the view nor the event that it is given', () => {
    holds(
      fc.property(histories, cuts, (events, _) => {
        const views = frozen(structuredClone(events)).reduce(
          (view, event) => frozen(fold(view, event)),
          frozen(emptyView()),
        )
        expect(views).toStrictEqual(viewOf(events))
      }),
    )
  })

  test('[V5] what an event does not touch stays the same object', () => {
    holds(
      fc.property(histories, cuts, (events, _) => {
        events.reduce((before, event) => {
          const after = fold(before, event)
          const others = before.turns.filter(({ turn }) => turn !== event.turn && event.type !== 'control.settled')
          for (const turn of others) expect(after.turns).toContain(turn)
          const touched =
            event.type === 'step.finished' ? ['at'] : event.type.startsWith('chunk.') ? ['at', 'turns'] : KEYS
          for (const key of KEYS) if (!touched.includes(key)) expect(after[key]).toBe(before[key])
          return after
        }, emptyView())
      }),
    )
  })

  test('[V6] drafts that a later commit superseded may be skipped, any of them', () => {
    holds(
      fc.property(histories, fc.nat(), (events, mask) => {
        const superseded = events.map((_, index) => isSuperseded(events, index))
        const without = (skip: (index: number) => boolean) =>
          events.filter((_, index) => !superseded[index] || !skip(index))
        expect(viewOf(without(() => true))).toStrictEqual(viewOf(events))
        expect(viewOf(without((index) => (mask >> (index % 31)) % 2 === 1))).toStrictEqual(viewOf(events))
      }),
    )
  })

  test('[V7] drafts of the same part that follow each other may come as one, at the place of the last', () => {
    holds(
      fc.property(histories, cuts, (events, _) => {
        expect(viewOf(mergedAll(events))).toStrictEqual(viewOf(events))
      }),
    )
  })

  test('[V21] a step that is rolled back leaves the view as if its drafts had never been said', () => {
    holds(
      fc.property(histories, cuts, (events, _) => {
        for (const { before, commit } of endsIn(events, 'step.rolledback')) {
          const unsaid = before.filter(
            (event) => !(isDraft(event) && event.turn === commit.turn && event.step === commit.step),
          )
          expect(viewOf([...before, commit])).toStrictEqual(viewOf([...unsaid, commit]))
        }
      }),
    )
  })

  test('[V22] a turn that ended holds no draft, and nothing is in it twice', () => {
    holds(
      fc.property(histories, cuts, (events, _) => {
        const view = viewOf(events)
        for (const turn of view.turns) {
          const calls = turn.messages.flatMap(({ parts }) =>
            parts.flatMap((part) => (part.type === 'tool' ? [part.call] : [])),
          )
          expect(new Set(calls).size).toBe(calls.length)
          const ids = turn.messages.map(({ id }) => id)
          expect(new Set(ids).size).toBe(ids.length)
          if (turn.endedAt === undefined) continue
          expect(JSON.stringify([turn.messages, turn.trace])).not.toContain('"draft":true')
        }
      }),
    )
  })

  test('[V31] every span is in the tree once, under its parent where that is there, and in order of start', () => {
    holds(
      fc.property(histories, cuts, (events, _) => {
        for (const { turn, trace } of viewOf(events).turns) {
          const flat = flatten(trace)
          const committed = events.filter((event) => event.type === 'trace.span' && event.turn === turn)
          expect(new Set(flat.map(({ span }) => span)).size).toBe(flat.length)
          expect(flat.filter(({ draft }) => !draft).length).toBe(committed.length)
          for (const root of trace) expect(flat.some(({ span }) => span === root.parent)).toBe(false)
          for (const { span, children } of [{ span: undefined, children: trace }, ...flat]) {
            const starts = children.map(({ startedAt }) => startedAt ?? Infinity)
            expect(starts).toStrictEqual(starts.toSorted((a, b) => (a === b ? 0 : a - b)))
            if (span) expect(children.every(({ parent }) => parent === span)).toBe(true)
          }
        }
      }),
    )
  })

  test('[V40] a view of the last turns folds on as the whole view does', () => {
    holds(
      fc.property(histories, cuts, (events, cut) => {
        for (const count of [1, 2]) {
          const trimmed = lastTurns(viewOf(events.slice(0, cut)), count)
          expect(trimmed.turns.length).toBeLessThanOrEqual(count)
          expect(trimmed.earlier + trimmed.turns.length).toBe(viewOf(events.slice(0, cut)).turns.length)
          expect(lastTurns(foldAll(trimmed, events.slice(cut)), count)).toStrictEqual(lastTurns(viewOf(events), count))
        }
      }),
    )
  })
})

function flatten(spans: readonly SpanView[]): readonly SpanView[] {
  return spans.flatMap((span) => [span, ...flatten(span.children)])
}

// However a turn is cut into pieces, and whatever is taken back in it, the AI SDK ends with the same message.
import type { SessionEvent } from '@longwire/protocol'
import { emptyView, fold, type SessionView, type TurnView } from '@longwire/view'
import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { histories } from '../../view/test/histories.ts'
import { Telling } from '../src/telling/telling.ts'

/** More histories, and others each time. */
const STORM = process.env.LONGWIRE_STORM_SEEDS

type Part = UIMessage['parts'][number]

/** The view after each event. */
function viewsOf(events: readonly SessionEvent[]): SessionView[] {
  let view = emptyView()
  return events.map((event) => {
    view = fold(view, event)
    return view
  })
}

/** The message that the AI SDK makes of these chunks. Rejects where it cannot. */
async function messageOf(chunks: readonly UIMessageChunk[]): Promise<UIMessage | undefined> {
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  let last: UIMessage | undefined
  for await (const message of readUIMessageStream({ stream, terminateOnError: true })) last = message
  return last
}

/** The parts of a message, as a set: steps that were said side by side may be told in another order. */
function partsOf(message: UIMessage | undefined): string[] {
  const parts = (message?.parts ?? []).filter(({ type }) => type !== 'data-trace' && type !== 'step-start')
  return parts.map((part) => JSON.stringify(shownOf(part))).sort()
}

// Not what is only remembered of the way there: the id of a stream's part, an approval that was taken back. Nor the input,
// since that of a call which starts with another one can only be told while its step is the last.
function shownOf(part: Part): object {
  const { type, text, state, toolCallId, output, errorText } = part as Record<string, unknown>
  const isOpen = toolCallId !== undefined && !String(state).startsWith('output') // a real log leaves none
  // A denial is one of an approval where the approval was told before it.
  if (errorText === 'denied') return { type, state: 'output-denied', toolCallId }
  return { type, text, state: isOpen ? 'open' : state, toolCallId, output, errorText }
}

/** Whether no call begins twice, as [T5] has it. */
function startsOnce(events: readonly SessionEvent[]): boolean {
  const started = events.flatMap((event) => (event.type === 'tool.started' ? [event.call] : []))
  return new Set(started).size === started.length
}

function turnIn(view: SessionView, turn: string): TurnView | undefined {
  return view.turns.find((each) => each.turn === turn)
}

test('a turn that is told piece by piece ends as the same message as one that is told at its end', async () => {
  const heard = fc.array(fc.boolean(), { minLength: 100, maxLength: 100 })
  await fc.assert(
    fc.asyncProperty(histories, heard, async (events, isHeard) => {
      fc.pre(startsOnce(events))
      const views = viewsOf(events)
      const ended = (views.at(-1)?.turns ?? []).filter(({ endedAt }) => endedAt !== undefined)
      for (const { turn } of ended) {
        const piecewise = new Telling({ trace: true })
        const seen = views.filter((view, at) => turnIn(view, turn) && (isHeard[at % 100] || at === views.length - 1))
        const chunks = seen.flatMap((view) => piecewise.tell(turnIn(view, turn)!, view.tools))
        const whole = new Telling({ trace: true }).tell(turnIn(views.at(-1)!, turn)!, views.at(-1)!.tools)
        expect(partsOf(await messageOf(chunks))).toEqual(partsOf(await messageOf(whole)))
      }
    }),
    STORM === undefined ? { numRuns: 200, seed: 4 } : { numRuns: Number(STORM) },
  )
})

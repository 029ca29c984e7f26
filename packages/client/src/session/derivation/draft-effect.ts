import type { Draft, SessionEvent } from '@longwire/protocol'
import type { SessionView } from '@longwire/view'
import type { ReadEvent } from '../event-queue.ts'
import { draftFate, isDraft } from './draft-fate.ts'

interface Done {
  readonly draft: Draft
  readonly undo: () => void
}

/** What was done for drafts that are still open, and how each is undone: the last first. */
export class DraftEffect {
  readonly #type: string
  readonly #effect: (event: Draft) => unknown
  #done: readonly Done[] = []

  constructor(type: string, effect: (event: Draft) => unknown) {
    this.#type = type
    this.#effect = effect
  }

  heard(event: ReadEvent): void {
    if (event.type === 'snapshot')
      this.#settle((draft) => (event.why === 'reset' ? 'withdrawn' : shown(event.view, draft)))
    else if (!isDraft(event as SessionEvent)) this.#settle((draft) => draftFate(draft, event as SessionEvent))
    else if (event.type === this.#type) this.#do(event as Draft)
  }

  #do(draft: Draft): void {
    const undo = this.#effect(draft)
    if (typeof undo === 'function') this.#done = [...this.#done, { draft, undo: undo as () => void }]
  }

  #settle(fateOf: (draft: Draft) => ReturnType<typeof draftFate>): void {
    const fates = this.#done.map((done) => ({ ...done, fate: fateOf(done.draft) }))
    this.#done = fates.filter(({ fate }) => fate === undefined)
    for (const { fate, undo } of fates.reverse()) if (fate === 'withdrawn') undo()
  }
}

/** What became of a draft while nothing was told, as the view shows it: said for good, still open, or gone. */
function shown(view: SessionView, draft: Draft): ReturnType<typeof draftFate> {
  const turn = view.turns.find((each) => each.turn === draft.turn)
  if (draft.type === 'task.progress' || !turn) return 'kept'
  const message = turn.messages.find(({ id, delivery }) => id === draft.step && delivery === undefined)
  if (message) return message.draft ? undefined : 'kept'
  return draft.type === 'trace.progress' && turn.endedAt === undefined ? undefined : 'withdrawn'
}

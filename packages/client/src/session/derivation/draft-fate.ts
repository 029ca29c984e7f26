import type { Draft, SessionEvent } from '@longwire/protocol'

/** Whether this commit takes the place of the draft, takes it back, or leaves it open. */
export function draftFate(draft: Draft, commit: SessionEvent): 'kept' | 'withdrawn' | undefined {
  switch (commit.type) {
    case 'message.committed':
      return draft.type.startsWith('chunk.') && draft.step === commit.step ? 'kept' : undefined
    case 'trace.span':
      return draft.type === 'trace.progress' && draft.span === commit.span ? 'kept' : undefined
    case 'task.finished':
      return draft.type === 'task.progress' && draft.task === commit.task ? 'kept' : undefined
    case 'step.rolledback':
      return draft.step === commit.step ? 'withdrawn' : undefined
    // A turn that is run again, or is over, says no more in its name.
    case 'turn.started':
    case 'turn.ended':
      return draft.type !== 'task.progress' && draft.turn === commit.turn ? 'withdrawn' : undefined
    default:
      return undefined
  }
}

export function isDraft(event: SessionEvent): event is Draft {
  return 'sub' in event
}

/** The open drafts and one more: text that is added to the same part is one draft, and of a span only the latest counts. */
export function withDraft(drafts: readonly Draft[], draft: Draft): readonly Draft[] {
  const last = drafts.at(-1)
  const merged = last && merge(last, draft)
  if (merged) return [...drafts.slice(0, -1), merged]
  return [...drafts.filter((open) => !isSuperseded(open, draft)), draft]
}

function merge(a: Draft, b: Draft): Draft | undefined {
  if (a.type !== b.type || a.step !== b.step) return undefined
  if (b.type === 'chunk.tool')
    return a.type === b.type && a.call === b.call ? { ...b, input: a.input + b.input } : undefined
  if (b.type !== 'chunk.text' && b.type !== 'chunk.reasoning') return undefined
  const before = a as typeof b
  return before.part === b.part ? { ...b, text: before.text + b.text } : undefined
}

function isSuperseded(open: Draft, draft: Draft): boolean {
  if (open.type === 'trace.progress') return draft.type === open.type && draft.span === open.span
  return open.type === 'task.progress' && draft.type === open.type && draft.task === open.task
}

import type { MessageView, SessionView } from '@longwire/view'

/** What an agent had begun to say and was taken back: shown for a moment, so that it does not vanish without a word. */
export interface Withdrawn {
  readonly turn: string
  readonly message: MessageView
}

/** The drafts with text in `before` that `after` neither goes on with nor keeps. */
export function withdrawnBetween(before: SessionView, after: SessionView): readonly Withdrawn[] {
  const last = before.turns.at(-1)
  if (!last?.messages.some(({ draft }) => draft)) return []
  const now = after.turns.find(({ turn }) => turn === last.turn)
  if (now === last || now === undefined) return []
  return last.messages
    .filter((message) => message.draft && hasText(message) && !now.messages.some(({ id }) => id === message.id))
    .map((message) => ({ turn: last.turn, message }))
}

function hasText({ parts }: MessageView): boolean {
  return parts.some((part) => part.type === 'text' && part.text.trim() !== '')
}

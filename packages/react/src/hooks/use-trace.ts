import type { SpanView } from '@longwire/view'
import type { TurnOptions } from './use-turn.ts'
import { useView } from './use-view.ts'

const NONE: readonly SpanView[] = []

/** The roots of a turn's trace: of the last turn, or of the one that is named. */
export function useTrace({ turn, ...options }: TurnOptions = {}): readonly SpanView[] {
  return useView(({ turns }) => {
    const shown = turn === undefined ? turns.at(-1) : turns.find((each) => each.turn === turn)
    return shown?.trace ?? NONE
  }, options)
}

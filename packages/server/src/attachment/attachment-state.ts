import type { Place } from '@longwire/protocol'

/*  How a reader moves along its session. `at` is the last place that was put on the wire.

     catching-up ──reached-head──► live ──missed──► catching-up
         ▲    └────────┬────────────┘
      drained     buffer-full            any ──end──► ended
         └───────── waiting                                     */

export type AttachmentState =
  | { readonly kind: 'catching-up'; readonly at: Place }
  | { readonly kind: 'live'; readonly at: Place }
  | { readonly kind: 'waiting'; readonly at: Place }
  | { readonly kind: 'ended'; readonly at: Place }

export type AttachmentInput =
  | { readonly type: 'sent'; readonly place: Place }
  | { readonly type: 'reached-head' }
  | { readonly type: 'missed' }
  | { readonly type: 'buffer-full' }
  | { readonly type: 'drained' }
  | { readonly type: 'end' }

/** The next state. An input that means nothing here returns the same object. */
export function step(state: AttachmentState, input: AttachmentInput): AttachmentState {
  if (state.kind === 'ended') return state
  switch (input.type) {
    case 'sent':
      return { kind: state.kind, at: input.place }
    case 'reached-head':
      return state.kind === 'catching-up' ? { kind: 'live', at: state.at } : state
    case 'missed':
      return state.kind === 'live' ? { kind: 'catching-up', at: state.at } : state
    case 'buffer-full':
      return state.kind === 'waiting' ? state : { kind: 'waiting', at: state.at }
    case 'drained':
      return state.kind === 'waiting' ? { kind: 'catching-up', at: state.at } : state
    case 'end':
      return { kind: 'ended', at: state.at }
  }
}

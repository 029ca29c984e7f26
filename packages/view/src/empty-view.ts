import type { SessionView } from './session-view.ts'

/** The view before everything: what the first event of a log is folded into. */
export function emptyView(): SessionView {
  return {
    at: '0',
    session: '',
    agent: '',
    status: 'idle',
    metadata: {},
    tools: [],
    turns: [],
    earlier: 0,
    waiting: [],
    requests: [],
    tasks: [],
    schedules: [],
    usage: {},
  }
}

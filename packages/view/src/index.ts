// The fold: events into a view of the session. Pure, and the same everywhere.
export { emptyView } from './empty-view.ts'
export { fold, foldAll, StubNotFetched, type UnknownEvent } from './fold.ts'
export { lastTurns } from './last-turns.ts'
export type {
  InputView,
  MessageView,
  PartView,
  RequestView,
  ScheduleView,
  SessionView,
  SpanView,
  TaskView,
  ToolPartView,
  TurnView,
} from './session-view.ts'

// The fold: events into a view of the session. Pure, and the same everywhere.
export type {
  InputView,
  MessageView,
  PartView,
  RequestView,
  SessionView,
  SpanView,
  TaskView,
  ToolPartView,
  TurnView,
} from './session-view.ts'

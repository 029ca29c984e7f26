// The schemas of the protocol: the single source of its types, its validation, its JSON Schema and its reference page.
export { COMMANDS, Command, SESSION_COMMANDS } from './commands.ts'
export { AgentName, CommandId, Json, Level, Metadata, PlaceText, SessionId, SessionStatus } from './common.ts'
export { EVENTS, SessionEvent, ToolDescription } from './events.ts'
export { FRAMES, Frame } from './frames.ts'
export { InputPart, Message, MessagePart } from './message.ts'

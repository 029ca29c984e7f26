// The AI SDK's chat over a Longwire session.
export type { LongwireMessage, LongwireMetadata, TraceData } from './longwire-message.ts'
export { LongwireTransport, type LongwireTransportOptions, type SendBody } from './longwire-transport.ts'
export { type ToMessagesOptions, toUIMessages } from './to-ui-messages.ts'

// What is live between nodes that share a store, over NATS.
export type { NatsBusOptions } from './nats-bus.ts'
export { NatsBus } from './nats-bus.ts'

// A mount for servers whose clients speak socket.io.
export type { SocketIoOptions } from './socket-io.ts'
export { socketIo } from './socket-io.ts'

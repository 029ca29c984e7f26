// The command line as a function, for a program that wants to bring its own terminal.
export { runCommandLine } from './command-line.ts'
export type { Terminal } from './terminal/terminal.ts'

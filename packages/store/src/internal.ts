// What the stores of this house share.
export { checkAppend, checkCheckpoint, checkDue, checkNewSession, checkQuery, checkRead } from './bounds.ts'
export { CommitPage } from './commit-page.ts'
export { parseCursor, printCursor } from './cursor.ts'
export { searchable, searchableTitle } from './search-text.ts'

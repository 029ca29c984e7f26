import { join, resolve } from 'node:path'

/** Where the book is: the file that LONGWIRE_BOOK names, else `book.sqlite` beside the session log. */
export function bookPath({ LONGWIRE_BOOK: book, LONGWIRE_DATA: data }: NodeJS.ProcessEnv): string {
  return resolve(book || join(data || '.longwire', 'book.sqlite'))
}

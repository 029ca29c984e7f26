import { Button } from '@base-ui/react/button'
import type { ReactNode } from 'react'

export interface Column<T> {
  readonly name: string
  readonly cell: (row: T) => ReactNode
  /** Numbers stand to the right. */
  readonly isNumber?: boolean
}

export interface TableProps<T> {
  readonly caption: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[] | undefined
  readonly keyOf: (row: T) => string
  readonly empty: string
  readonly error?: string | undefined
  readonly onMore?: (() => void) | undefined
}

/** Rows of what there is, named for ears by its caption. */
export function Table<T>({ caption, columns, rows, keyOf, empty, error, onMore }: TableProps<T>) {
  return (
    <section className="op-table-frame" aria-label={caption} tabIndex={0}>
      {error === undefined ? null : (
        <p className="inspect-error" role="alert">
          {error}
        </p>
      )}
      <table className="op-table">
        <caption className="for-ears">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, isNumber }) => (
              <th key={name} scope="col" className={isNumber ? 'number' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows?.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, cell, isNumber }) => (
                <td key={name} className={isNumber ? 'number figures' : undefined} data-name={name}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows?.length === 0 ? <p className="op-empty">{empty}</p> : null}
      {onMore ? (
        <Button className="button small op-more" onClick={onMore}>
          Show more
        </Button>
      ) : null}
    </section>
  )
}

import { storeContract } from '@longwire/store/contract'
import { SqliteStore } from '../src/index.ts'
import { temporaryDirectory } from './temporary-directory.ts'

storeContract('the SQLite store', () => SqliteStore.open({ directory: temporaryDirectory(), durability: 'process' }))

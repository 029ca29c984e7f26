// Keeps in IndexedDB what shall outlive a page: more room than `localStorage`, and there in workers.
export { indexedDbStorage } from './indexed-db-storage.ts'

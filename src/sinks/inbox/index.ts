/** The face of the inbox. */
export { inboxRoutes } from './routes.ts'
export { trimInbox } from './store.ts'

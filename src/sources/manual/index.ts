/** The face of the sell desk. */
export { openSellDesk, type SellDesk } from './sell-desk.ts'
export { sellRoutes } from './routes.ts'

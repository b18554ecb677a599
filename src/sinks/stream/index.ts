/** The stream: what happens, pushed to whoever reads along. */
export { openStreamDesk, type StreamDesk } from './desk.ts'
export { createHub, type Hub } from './hub.ts'
export { streamRoutes } from './routes.ts'
